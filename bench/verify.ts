import { cpus } from 'node:os';
import { interleave, type Measured, type Runner } from './measure.ts';
import { CASES, type Case, createInputs } from './messages.ts';
import { anteroomPeer } from './peers/anteroom.ts';
import { nodeSamlPeer } from './peers/nodeSaml.ts';
import { installPeers } from './peers/packages.ts';
import type { Peer } from './peers/peer.ts';
import { pythonPeers } from './peers/python.ts';
import { saml20Peer } from './peers/saml20.ts';
import { samlifyPeer } from './peers/samlify.ts';

/** How many times faster Anteroom is than each peer, from the medians of one interleaved run, with the measurements. */
export type VerifyReport = {
  benchmark: 'verify';
  machine: string;
  node: string;
  date: string;
  versions: Record<string, string>;
  bytes: Record<string, number>;
  microseconds: Record<string, Record<string, Measured>>;
  ratios: Record<string, Record<string, number>>;
};

/** Verifies the same messages with Anteroom and all available peers, in alternating rounds. */
export async function benchVerify(): Promise<VerifyReport> {
  installPeers();
  // The peers log a warning about AES-CBC for every message, which would distort the result.
  console.warn = () => {};
  const inputs = await createInputs();
  const peers = [
    anteroomPeer(inputs),
    nodeSamlPeer(inputs),
    samlifyPeer(inputs),
    saml20Peer(inputs),
    ...(await pythonPeers(inputs)),
  ];
  const report: VerifyReport = {
    benchmark: 'verify',
    machine: cpus()[0]?.model ?? 'unknown',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    versions: Object.fromEntries(peers.map(({ name, version }) => [name, version])),
    bytes: Object.fromEntries(CASES.map((name) => [name, inputs.xml[name].length])),
    microseconds: {},
    ratios: {},
  };
  try {
    for (const name of CASES) await measureCase(name, peers, report);
  } finally {
    for (const { close } of peers) close();
  }
  return report;
}

async function measureCase(name: Case, peers: Peer[], report: VerifyReport): Promise<void> {
  const runners = new Map<string, Runner>();
  for (const peer of peers) {
    const runner = peer.runners[name];
    if (runner !== undefined) runners.set(peer.name, runner);
  }
  const measured = await interleave(runners, { rounds: 15, milliseconds: 120 });
  const own = measured.get('anteroom')?.median ?? Number.NaN;
  report.microseconds[name] = Object.fromEntries(measured);
  report.ratios[name] = Object.fromEntries(
    [...measured].map(([peer, { median }]) => [peer, Number((median / own).toFixed(2))]),
  );
}

/** Formats the report as a Markdown table. */
export function verifyTable(report: VerifyReport): string {
  const lines = [
    `| case | bytes | verifier | median µs | 10–90 % | Anteroom is faster by |`,
    '|---|---:|---|---:|---|---:|',
  ];
  for (const [name, measured] of Object.entries(report.microseconds)) {
    for (const [peer, { median, low, high }] of Object.entries(measured)) {
      const ratio = peer === 'anteroom' ? '' : `${report.ratios[name]?.[peer]?.toFixed(1)}`;
      lines.push(
        `| ${name} | ${report.bytes[name]} | ${peer} | ${median.toFixed(1)} | ${low.toFixed(1)}–${high.toFixed(1)} | ${ratio} |`,
      );
    }
  }
  return `${report.machine}, Node ${report.node}, ${report.date}; ${JSON.stringify(report.versions)}\n\n${lines.join('\n')}`;
}
