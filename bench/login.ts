import { cpus } from 'node:os';
import { startAnteroom } from './login/anteroom.ts';
import type { Contender } from './login/contender.ts';
import { logIn } from './login/load.ts';
import { hasMellon, startMellon } from './login/mellon.ts';
import { leaveFirstCore } from './login/process.ts';
import { createResponses } from './login/responses.ts';
import { startStock } from './login/stock.ts';
import { createInputsWithIdentities } from './messages.ts';
import { installPeers } from './peers/packages.ts';

const WARM_UP = 4; // V8 needs about 10,000 logins to compile the code they use
const ROUNDS = 9;
const AT_ONCE = 32;

/** Logins per second on one core: median, lowest and highest round, and how many times faster Anteroom is. */
export type LoginReport = {
  benchmark: 'login';
  machine: string;
  node: string;
  date: string;
  loginsPerSecond: Record<string, { median: number; low: number; high: number }>;
  ratios: Record<string, number>;
};

/** Measures Anteroom and the others in alternating rounds, each alone on the first core, with a new SAML response per login. */
export async function benchLogin(): Promise<LoginReport> {
  installPeers();
  const { inputs, provider, own } = await createInputsWithIdentities();
  const contenders = [await startAnteroom(inputs.provider.metadata), await startStock(inputs.provider.certificatePem)];
  if (hasMellon()) {
    contenders.push(
      await startMellon(inputs, own.certificatePem, true),
      await startMellon(inputs, own.certificatePem, false),
    );
  }
  try {
    leaveFirstCore();
    const samples = new Map<string, number[]>(contenders.map(({ name }) => [name, []]));
    for (let round = -WARM_UP; round < ROUNDS; round++) {
      for (const contender of contenders) {
        const speed = await measure(contender, createResponses(provider, contender.audience, contender.batch));
        if (round >= 0) samples.get(contender.name)?.push(speed);
      }
    }
    return summarise(samples);
  } finally {
    for (const { stop } of contenders) await stop();
  }
}

function measure({ target, expected }: Contender, responses: string[]): Promise<number> {
  return logIn(target, responses, expected, AT_ONCE);
}

function summarise(samples: Map<string, number[]>): LoginReport {
  const loginsPerSecond: LoginReport['loginsPerSecond'] = {};
  for (const [name, all] of samples) {
    const sorted = [...all].sort((one, other) => one - other);
    loginsPerSecond[name] = { median: sorted[sorted.length >> 1] ?? 0, low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0 };
  }
  const own = loginsPerSecond.anteroom?.median ?? Number.NaN;
  const ratios = Object.fromEntries(
    Object.entries(loginsPerSecond).map(([name, { median }]) => [name, Number((own / median).toFixed(2))]),
  );
  return {
    benchmark: 'login',
    machine: cpus()[0]?.model ?? '',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    loginsPerSecond,
    ratios,
  };
}

/** Formats the report as a Markdown table. */
export function loginTable({ machine, node, date, loginsPerSecond, ratios }: LoginReport): string {
  const lines = Object.entries(loginsPerSecond).map(
    ([name, { median, low, high }]) =>
      `| ${name} | ${median.toFixed(0)} | ${low.toFixed(0)}–${high.toFixed(0)} | ${name === 'anteroom' ? '' : ratios[name]?.toFixed(1)} |`,
  );
  return [
    `${machine}, Node ${node}, ${date}\n`,
    '| server | logins per second | lowest–highest | Anteroom is faster by |',
    '|---|---:|---|---:|',
    ...lines,
  ].join('\n');
}
