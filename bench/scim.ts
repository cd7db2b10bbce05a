import { cpus } from 'node:os';
import { leaveFirstCore } from './login/process.ts';
import { installPeers } from './peers/packages.ts';
import { type Contender, startAnteroom, startPolis, startScimmy } from './scim/contenders.ts';
import { patch, person, requestSpeed, send, speedOf, timeOf } from './scim/load.ts';

const ROUNDS = 5;
const MILLISECONDS = 1_500;
const AT_ONCE = 32;
const MEMBERS = 10_000;

type Spread = { median: number; low: number; high: number };
type Work = 'post' | 'page' | 'eq';

/** Requests per second of each server, how many times faster Anteroom is, and milliseconds for changes to a large group. */
export type ScimReport = {
  benchmark: 'scim';
  machine: string;
  node: string;
  date: string;
  requestsPerSecond: Record<Work, Record<string, Spread>>;
  ratios: Record<Work, Record<string, number>>;
  bigGroupMs: Record<'addOne' | 'remove100', Record<string, number>>;
};

/** Measures POST /Users, pages of 100 and `userName eq`, each server alone on the first core, then changes to a group of 10,000. */
export async function benchScim(): Promise<ScimReport> {
  installPeers();
  const polis = await startPolis();
  const contenders = [await startAnteroom(), await startScimmy(), ...(polis ? [polis] : [])];
  try {
    leaveFirstCore();
    const samples: Record<Work, Map<string, number[]>> = { post: new Map(), page: new Map(), eq: new Map() };
    const made = new Map<string, number>();
    for (let round = -1; round < ROUNDS; round++)
      for (const contender of contenders)
        for (const [work, speed] of Object.entries(await measure(contender, made)) as [Work, number][]) {
          const known = samples[work].get(contender.name) ?? [];
          samples[work].set(contender.name, round < 0 ? known : [...known, speed]);
        }
    const groups = await Promise.all(contenders.filter(({ name }) => name !== 'polis').map(measureGroup));
    return summarise(samples, Object.fromEntries(groups));
  } finally {
    for (const { stop } of contenders) await stop();
  }
}

/** Formats the report as Markdown tables. */
export function scimTable({ machine, node, date, requestsPerSecond, ratios, bigGroupMs }: ScimReport): string {
  const lines = Object.entries(requestsPerSecond).flatMap(([work, servers]) =>
    Object.entries(servers).map(
      ([name, { median, low, high }]) =>
        `| ${work} | ${name} | ${median.toFixed(0)} | ${low.toFixed(0)}–${high.toFixed(0)} | ${name === 'anteroom' ? '' : ratios[work as Work][name]} |`,
    ),
  );
  const groups = Object.entries(bigGroupMs).flatMap(([work, servers]) =>
    Object.entries(servers).map(([name, milliseconds]) => `| ${work} | ${name} | ${milliseconds.toFixed(1)} |`),
  );
  return [
    `${machine}, Node ${node}, ${date}\n`,
    '| work | server | requests a second | lowest–highest | Anteroom is faster by |',
    '|---|---|---:|---|---:|',
    ...lines,
    `\nA group of ${MEMBERS} members:\n`,
    '| work | server | ms |',
    '|---|---|---:|',
    ...groups,
  ].join('\n');
}

/** Runs each task for 1.5 seconds, so that all servers are equally warm. @param made how many people exist already */
async function measure(contender: Contender, made: Map<string, number>): Promise<Record<Work, number>> {
  const before = made.get(contender.name) ?? 0;
  const post = await requestSpeed(contender, MILLISECONDS, AT_ONCE, (index) => ({
    method: 'POST',
    path: '/Users',
    body: person(before + index),
  }));
  made.set(contender.name, before + post.count);
  const page = await requestSpeed(contender, MILLISECONDS, AT_ONCE, () => ({
    method: 'GET',
    path: '/Users?startIndex=1&count=100',
  }));
  const eq = await requestSpeed(contender, MILLISECONDS, AT_ONCE, (index) => ({
    method: 'GET',
    path: `/Users?filter=${encodeURIComponent(`userName eq "user${before + (index % post.count)}@acme.com"`)}`,
  }));
  return { post: post.aSecond, page: page.aSecond, eq: eq.aSecond };
}

/** Measures adding one member, and removing 100 by filters in one PATCH. scimmy needs seconds for each, so it runs fewer times. */
async function measureGroup(contender: Contender): Promise<[string, { addOne: number; remove100: number }]> {
  const times = contender.name === 'anteroom' ? 60 : 2;
  const ids: string[] = [];
  await speedOf(MEMBERS + times, AT_ONCE, async (index) => {
    ids.push((await send(contender, 'POST', '/Users', person(1_000_000 + index))).id ?? '');
  });
  const group = await send(contender, 'POST', '/Groups', { displayName: 'Big' });
  for (let start = 0; start < MEMBERS; start += 5_000) {
    const value = ids.slice(start, Math.min(start + 5_000, MEMBERS)).map((id) => ({ value: id }));
    await send(contender, 'PATCH', `/Groups/${group.id}`, patch({ op: 'add', path: 'members', value }));
  }
  const change = (operations: unknown[]) => send(contender, 'PATCH', `/Groups/${group.id}`, patch(...operations));
  const addOne = await timeOf(times, (index) =>
    change([{ op: 'add', path: 'members', value: [{ value: ids[MEMBERS + index] }] }]),
  );
  const remove100 = await timeOf(times, (index) =>
    change(
      ids.slice(index * 100, index * 100 + 100).map((id) => ({ op: 'remove', path: `members[value eq "${id}"]` })),
    ),
  );
  return [contender.name, { addOne, remove100 }];
}

function summarise(
  samples: Record<Work, Map<string, number[]>>,
  groups: Record<string, { addOne: number; remove100: number }>,
): ScimReport {
  const each = <T>(make: (work: Work) => T) => ({ post: make('post'), page: make('page'), eq: make('eq') });
  const requestsPerSecond = each((work) =>
    Object.fromEntries([...samples[work]].map(([name, all]) => [name, spreadOf(all)])),
  );
  const ratios = each((work) => {
    const own = requestsPerSecond[work].anteroom?.median ?? Number.NaN;
    const others = Object.entries(requestsPerSecond[work]).filter(([name]) => name !== 'anteroom');
    return Object.fromEntries(others.map(([name, { median }]) => [name, Number((own / median).toFixed(2))]));
  });
  const ofGroup = (work: 'addOne' | 'remove100') =>
    Object.fromEntries(Object.entries(groups).map(([name, times]) => [name, times[work]]));
  return {
    benchmark: 'scim',
    machine: cpus()[0]?.model ?? '',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    requestsPerSecond,
    ratios,
    bigGroupMs: { addOne: ofGroup('addOne'), remove100: ofGroup('remove100') },
  };
}

function spreadOf(all: number[]): Spread {
  const sorted = [...all].sort((one, other) => one - other);
  return {
    median: sorted[sorted.length >> 1] ?? Number.NaN,
    low: sorted[0] ?? Number.NaN,
    high: sorted.at(-1) ?? Number.NaN,
  };
}
