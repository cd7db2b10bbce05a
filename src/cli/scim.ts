import type { Deps } from '../deps.ts';
import { createJob } from '../jobs/jobs.ts';
import { runJob } from '../jobs/worker.ts';
import { addSource, rotateToken, type ShownKey, setSourceActive, sourceRemoval } from '../sources/profileSources.ts';
import { countManaged, listSources, type ProfileSource } from '../store/profileSources.ts';
import {
  accepted,
  type Call,
  type Command,
  finished,
  isoTime,
  list,
  type Output,
  Refused,
  table,
  UsageError,
} from './command.ts';

const DAY_MS = 86_400_000;
const BASE_PATH = '/api/v2/scim/v2';

export const scimCommands: Command[] = [
  {
    name: 'scim add',
    operands: 'NAME',
    summary: 'Add an active SCIM source, and show its Client ID and token once.',
    options: { 'log-bodies': { help: 'Log Request Body in SCIM Service.' } },
    run: async ({ deps, operands, has }) =>
      shown(deps, accepted(await addSource(deps, { name: operands[0] ?? '', logBodies: has('log-bodies') }))),
  },
  {
    name: 'scim rotate',
    operands: 'SOURCE',
    summary: 'Create a new token for a source, and show it once. The old token expires immediately.',
    options: { 'overlap-days': { value: 'DAYS', help: 'The number of days for which the old token stays valid.' } },
    run: rotate,
  },
  { name: 'scim list', operands: '', summary: 'List the SCIM sources.', run: listAll },
  {
    name: 'scim activate',
    operands: 'SOURCE',
    summary: 'Accept requests of a source again.',
    run: (call) => activation(call, true),
  },
  {
    name: 'scim deactivate',
    operands: 'SOURCE',
    summary: 'Refuse all requests of a source. Its people and groups are kept.',
    run: (call) => activation(call, false),
  },
  {
    name: 'scim remove',
    operands: 'SOURCE',
    summary: 'Remove a source and its tokens. Its people and groups are kept, but are no longer managed.',
    options: { 'deactivate-people': { help: 'Deactivate its people and end their sessions.' } },
    run: async ({ deps, operands, has }) => {
      const source = await sourceNamed(deps, operands[0]);
      const removal = await sourceRemoval(deps, source.id, has('deactivate-people') ? 'deactivate' : 'keep');
      finished(await runJob(deps, (await createJob(deps, removal, 'the command line')).id));
      return { json: { id: source.id, name: source.name }, text: `Removed ${source.name}.` };
    },
  },
];

async function rotate({ deps, operands, text }: Call): Promise<Output> {
  const days = text('overlap-days') ?? '0';
  if (!/^\d{1,3}$/.test(days)) throw new UsageError('--overlap-days must be a number of days.');
  const source = await sourceNamed(deps, operands[0]);
  return shown(deps, await rotateToken(deps, source.id, { overlapUntil: deps.now() + Number(days) * DAY_MS }));
}

async function activation({ deps, operands }: Call, active: boolean): Promise<Output> {
  const source = await setSourceActive(deps, (await sourceNamed(deps, operands[0])).id, active);
  return { json: asJson(deps, source), text: `${source.name} is ${active ? 'active' : 'deactivated'}.` };
}

async function listAll({ deps }: Call): Promise<Output> {
  const sources = await listSources(deps.store.db);
  const managed = await Promise.all(sources.map((source) => countManaged(deps.store.db, source.id)));
  const rows = sources.map((source, index) => [
    source.name,
    source.active ? 'active' : 'deactivated',
    isoTime(source.lastCallAt) ?? 'never',
    `${managed[index]?.people ?? 0} people, ${managed[index]?.groups ?? 0} groups`,
    source.id,
  ]);
  return {
    json: sources.map((source, index) => ({ ...asJson(deps, source), manages: managed[index] })),
    text: table(['NAME', 'STATE', 'LAST CALL', 'MANAGES', 'CLIENT ID'], rows, 'There are no SCIM sources.'),
  };
}

/** Returns a new token, which is shown only once. */
function shown(deps: Deps, { source, clientId, token }: ShownKey): Output {
  const base = baseUrl(deps);
  return {
    json: { ...asJson(deps, source), clientId, token },
    text: list([
      ['Base URL', base],
      ['Client ID', clientId],
      ['Token', token],
    ]),
  };
}

/** Returns the source with a name or an ID. @throws Refused */
async function sourceNamed({ store }: Deps, name = ''): Promise<ProfileSource> {
  const sources = await listSources(store.db);
  const byId = sources.find((source) => source.id === name);
  const byName = sources.filter((source) => source.name.toLowerCase() === name.toLowerCase());
  const found = byId ?? (byName.length === 1 ? byName[0] : undefined);
  if (found) return found;
  throw new Refused(
    byName.length > 1
      ? `${byName.length} sources are called ${name}. Use the Client ID.`
      : `There is no SCIM source ${name}.`,
  );
}

function asJson(deps: Deps, source: ProfileSource) {
  const times = {
    lastCallAt: isoTime(source.lastCallAt),
    createdAt: isoTime(source.createdAt),
    modifiedAt: isoTime(source.modifiedAt),
  };
  return { ...source, ...times, baseUrl: baseUrl(deps) };
}

function baseUrl(deps: Deps): string {
  return deps.config.publicUrl + BASE_PATH;
}
