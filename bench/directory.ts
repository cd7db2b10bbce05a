import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openStore } from '../src/db/open.ts';
import type { UserSearch } from '../src/store/userPlan.ts';
import { searchUsers } from '../src/store/userSearch.ts';
import { seed } from './directory/seed.ts';
import { type Contender, startAnteroom } from './scim/contenders.ts';
import { patch, send, timeOf } from './scim/load.ts';

const TIMES = 25;

const searches: Record<string, UserSearch> = {
  'search: one common word': { text: 'anna' },
  'search: prefixes of two words': { text: 'zo mull' },
  'search: an address': { text: 'user777@acme.com' },
  'search: no match': { text: 'xyzzy' },
  'list: everyone': {},
  'list: one department': { department: 'Department 7' },
  'list: deactivated': { active: false },
  'list: Power Users': { userType: 'Power User' },
};

/** Median milliseconds per task and directory size, the growth from the smallest to the largest, and the server's memory. */
export type DirectoryReport = {
  benchmark: 'directory';
  machine: string;
  node: string;
  date: string;
  milliseconds: Record<string, Record<string, number>>; // by task, then by '10000 people, 9000 members'
  growth: Record<string, number>; // largest divided by smallest
  memoryMb: Record<string, number>;
};

/** Measures SCIM and search in a directory of 10,000 people, and in one of 1,000,000 with a group of 100,000. */
export async function benchDirectory(): Promise<DirectoryReport> {
  const sizes = [
    { people: 10_000, members: 10_000 - 1_000 },
    { people: 1_000_000, members: 100_000 },
  ];
  const measured: [string, Record<string, number>, number][] = [];
  for (const { people, members } of sizes) {
    const folder = mkdtempSync(join(tmpdir(), 'anteroom-bench-'));
    const file = join(folder, 'directory.db');
    const { groupId, strangers } = await seed(file, people, members);
    const anteroom = await startAnteroom(file);
    try {
      const scim = await measureScim(anteroom, people, groupId, strangers);
      const { bytes } = (await send(anteroom, 'GET', '/memory')) as { bytes: number };
      measured.push([`${people} people, ${members} members`, { ...scim, ...(await measureSearches(file)) }, bytes]);
    } finally {
      await anteroom.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return summarise(measured);
}

/** Formats the report as a Markdown table. */
export function directoryTable({ machine, node, date, milliseconds, growth, memoryMb }: DirectoryReport): string {
  const sizes = Object.keys(memoryMb);
  const lines = Object.entries(milliseconds).map(
    ([work, times]) =>
      `| ${work} | ${sizes.map((size) => times[size]?.toFixed(2)).join(' | ')} | ${growth[work]?.toFixed(1)} |`,
  );
  return [
    `${machine}, Node ${node}, ${date}, milliseconds\n`,
    `| task | ${sizes.join(' | ')} | times |`,
    `|---|${'---:|'.repeat(sizes.length + 1)}`,
    ...lines,
    `| memory of the server, MB | ${sizes.map((size) => memoryMb[size]).join(' | ')} | |`,
  ].join('\n');
}

async function measureScim(
  anteroom: Contender,
  people: number,
  groupId: string,
  strangers: string[],
): Promise<Record<string, number>> {
  const numberOf = (index: number) => (index * 7_919) % people;
  const get = (path: string) => send(anteroom, 'GET', path);
  const filtered = (filter: string) => get(`/Users?filter=${encodeURIComponent(filter)}`);
  const change = (operation: unknown) => send(anteroom, 'PATCH', `/Groups/${groupId}`, patch(operation));
  await get('/Users?count=100'); // warms up
  return {
    'SCIM: userName eq': await timeOf(TIMES, (index) => filtered(`userName eq "user${numberOf(index)}@acme.com"`)),
    'SCIM: externalId eq': await timeOf(TIMES, (index) => filtered(`externalId eq "e${numberOf(index)}"`)),
    'SCIM: emails eq': await timeOf(TIMES, (index) => filtered(`emails eq "user${numberOf(index)}@acme.com"`)),
    'SCIM: first page of 100': await timeOf(TIMES, () => get('/Users?count=100')),
    'SCIM: first page by userName': await timeOf(TIMES, () => get('/Users?count=100&sortBy=userName')),
    'SCIM: one member added': await timeOf(TIMES, (index) =>
      change({ op: 'add', path: 'members', value: [{ value: strangers[index] }] }),
    ),
    'SCIM: one member removed': await timeOf(TIMES, (index) =>
      change({ op: 'remove', path: `members[value eq "${strangers[index]}"]` }),
    ),
  };
}

async function measureSearches(file: string): Promise<Record<string, number>> {
  const store = await openStore(`sqlite:${file}`);
  const times: Record<string, number> = {};
  for (const [name, search] of Object.entries(searches)) {
    await searchUsers(store.db, search, { limit: 25 });
    times[name] = await timeOf(TIMES, () => searchUsers(store.db, search, { limit: 25 }));
  }
  await store.close();
  return times;
}

function summarise(measured: [string, Record<string, number>, number][]): DirectoryReport {
  const works = Object.keys(measured[0]?.[1] ?? {});
  const ofWork = (work: string) =>
    Object.fromEntries(measured.map(([size, times]) => [size, times[work] ?? Number.NaN]));
  const growthOf = (work: string) =>
    (measured.at(-1)?.[1][work] ?? Number.NaN) / (measured[0]?.[1][work] ?? Number.NaN);
  return {
    benchmark: 'directory',
    machine: cpus()[0]?.model ?? '',
    node: process.version,
    date: new Date().toISOString().slice(0, 10),
    milliseconds: Object.fromEntries(works.map((work) => [work, ofWork(work)])),
    growth: Object.fromEntries(works.map((work) => [work, Number(growthOf(work).toFixed(2))])),
    memoryMb: Object.fromEntries(measured.map(([size, , bytes]) => [size, Math.round(bytes / 1_048_576)])),
  };
}
