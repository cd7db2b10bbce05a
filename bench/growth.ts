import { createPublicKey } from 'node:crypto';
import { cpus } from 'node:os';
import { contextWith, verifyField } from '../test/saml/support/context.ts';
import { hereAtOnce, interleave } from './measure.ts';
import { createIdentity } from './messages.ts';
import { growingMessages, worstShapes } from './shapes.ts';

const KILOBYTES = [4, 8, 16, 32, 64, 128, 250];
const RUNS = 9;

/** The cost of valid messages by size, and of the most expensive messages close to 256 KB, in microseconds. */
export type GrowthReport = {
  benchmark: 'growth';
  machine: string;
  node: string;
  date: string;
  growth: { kilobytes: number; bytes: number; median: number; perKilobyte: number }[];
  worst: { shape: string; bytes: number; outcome: string; first: number; median: number }[];
};

/** Measures both. `first` is the first run of a message, in a process that has already verified 200 valid ones. */
export async function benchGrowth(): Promise<GrowthReport> {
  const provider = await createIdentity('idp.example.com');
  const context = contextWith({ signingKeys: [createPublicKey(provider.privateKey)] });
  const outcomeOf = (field: string) => verifyField(field, context).refusal?.reason ?? 'accepted';
  const [honest] = growingMessages(provider, [8]).map(([, xml]) => Buffer.from(xml).toString('base64'));
  for (let times = 0; times < 200; times++) outcomeOf(honest ?? '');
  const worst = Object.entries(worstShapes(provider)).map(([shape, xml]) => measureShape(shape, xml, outcomeOf));
  const growth: GrowthReport['growth'] = [];
  for (const [kilobytes, xml] of growingMessages(provider, KILOBYTES)) {
    const field = Buffer.from(xml).toString('base64');
    if (outcomeOf(field) !== 'accepted') throw new Error(`${kilobytes} KB: ${outcomeOf(field)}`);
    const measured = await interleave(new Map([['anteroom', hereAtOnce(() => outcomeOf(field))]]), {
      rounds: 9,
      milliseconds: 60,
    });
    const median = measured.get('anteroom')?.median ?? Number.NaN;
    growth.push({ kilobytes, bytes: xml.length, median, perKilobyte: (median * 1024) / xml.length });
  }
  return {
    benchmark: 'growth',
    machine: cpus()[0]?.model ?? '',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    growth,
    worst,
  };
}

function measureShape(shape: string, xml: string, outcomeOf: (field: string) => string): GrowthReport['worst'][number] {
  const field = Buffer.from(xml).toString('base64');
  const times: number[] = [];
  let outcome = '';
  for (let run = 0; run < RUNS; run++) {
    const start = process.hrtime.bigint();
    outcome = outcomeOf(field);
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  const sorted = [...times].sort((one, other) => one - other);
  return { shape, bytes: Buffer.byteLength(xml), outcome, first: times[0] ?? 0, median: sorted[RUNS >> 1] ?? 0 };
}

/** Formats the report as Markdown tables. */
export function growthTable({ machine, node, date, growth, worst }: GrowthReport): string {
  const grown = growth.map(
    ({ bytes, median, perKilobyte }) => `| ${bytes} | ${median.toFixed(0)} | ${perKilobyte.toFixed(2)} |`,
  );
  const shapes = [...worst]
    .sort((one, other) => other.first - one.first)
    .map(
      ({ shape, bytes, outcome, first, median }) =>
        `| ${shape} | ${bytes} | ${outcome} | ${(first / 1000).toFixed(1)} | ${(median / 1000).toFixed(1)} |`,
    );
  return [
    `${machine}, Node ${node}, ${date}\n`,
    '| bytes | median µs | µs per KB |\n|---:|---:|---:|',
    ...grown,
    '\n| shape | bytes | outcome | first ms | median ms |\n|---|---:|---|---:|---:|',
    ...shapes,
  ].join('\n');
}
