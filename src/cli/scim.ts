import type { Deps } from '../deps.ts';
import { createJob } from '../jobs/jobs.ts';
import { ownedNames } from '../people/ownership.ts';
import { mappingOf } from '../sources/ownership.ts';
import {
  addSource,
  changeSource,
  rightsOf,
  rotateToken,
  type ShownKey,
  setSourceActive,
} from '../sources/profileSources.ts';
import { sourceRemoval } from '../sources/removal.ts';
import { listJobItems } from '../store/jobs.ts';
import {
  countManaged,
  listSources,
  type ProfileSource,
  type Refusals,
  type SourceRights,
} from '../store/profileSources.ts';
import {
  accepted,
  type Call,
  type Command,
  isoTime,
  list,
  type Output,
  onOrOff,
  runShown,
  table,
  UsageError,
} from './command.ts';
import { sourceNamed } from './sourceNamed.ts';

const DAY_MS = 86_400_000;
const BASE_PATH = '/api/v2/scim/v2';
const TOKEN_PATH = '/api/v2/scim/oauth/token';

/** The options that set the rights, and what a source may do with them. */
const rightOptions: Record<keyof SourceRights, { option: string; may: string }> = {
  mayGrantPowerUser: { option: 'grant-power-user', may: 'grant Power User' },
  maySetPasswords: { option: 'set-passwords', may: 'set passwords' },
  mayTakeOver: { option: 'take-over', may: 'take over people' },
};

/** The options that set what requests are refused for. */
const refusalOptions: Record<keyof Refusals, { option: string; refused: string }> = {
  refuseUnknownAttributes: { option: 'refuse-unknown-attributes', refused: 'unknown attributes' },
  refuseUnknownMembers: { option: 'refuse-unknown-members', refused: 'unknown members' },
};

export const scimCommands: Command[] = [
  {
    name: 'scim add',
    operands: 'NAME',
    summary: 'Add a SCIM source and show its Client ID and token, once.',
    options: { 'log-bodies': { help: 'Log Request Body in SCIM Service.' } },
    run: async ({ deps, operands: [name = ''], has }) =>
      shown(deps, accepted(await addSource(deps, { name, logBodies: has('log-bodies') }))),
  },
  {
    name: 'scim rotate',
    operands: 'SOURCE',
    summary: 'Give a source a new token and show it, once. The old token expires immediately.',
    options: { 'overlap-days': { value: 'DAYS', help: 'Keep the old token valid for some days.' } },
    run: rotate,
  },
  {
    name: 'scim set',
    operands: 'SOURCE',
    summary: 'Set the rights of a source, and what its requests are refused for.',
    options: {
      'grant-power-user': {
        value: 'on|off',
        help: 'Whether it may make people Power Users, and change the type, user name and password of a Power User.',
      },
      'set-passwords': { value: 'on|off', help: 'Whether it may set passwords of people that it created.' },
      'take-over': { value: 'on|off', help: 'Whether it may take over people who were added by hand.' },
      'refuse-unknown-attributes': {
        value: 'on|off',
        help: 'Whether requests with unknown attributes are refused. Otherwise these attributes are left out.',
      },
      'refuse-unknown-members': {
        value: 'on|off',
        help: 'Whether requests with unknown group members are refused. Otherwise these members are skipped.',
      },
    },
    run: setSource,
  },
  { name: 'scim list', operands: '', summary: 'List the SCIM sources.', run: listAll },
  {
    name: 'scim enable',
    operands: 'SOURCE',
    summary: 'Accept requests of a source again.',
    run: (call) => setActive(call, true),
  },
  {
    name: 'scim disable',
    operands: 'SOURCE',
    summary: 'Refuse all requests of a source. Its people and groups are not affected.',
    run: (call) => setActive(call, false),
  },
  {
    name: 'scim remove',
    operands: 'SOURCE',
    summary: 'Remove a source with its tokens. Its people and groups are kept and managed here.',
    options: { 'deactivate-people': { help: 'Deactivate its people and end their sessions.' } },
    run: remove,
  },
];

async function rotate({ deps, operands, text }: Call): Promise<Output> {
  const days = text('overlap-days') ?? '0';
  if (!/^\d{1,3}$/.test(days)) throw new UsageError('--overlap-days must be a number of days.');
  const source = await sourceNamed(deps, operands[0]);
  return shown(deps, await rotateToken(deps, source.id, { overlapUntil: deps.now() + Number(days) * DAY_MS }));
}

async function setSource({ deps, operands, text }: Call): Promise<Output> {
  const given = Object.entries({ ...rightOptions, ...refusalOptions }).flatMap(([name, { option }]) => {
    const value = text(option);
    return value === undefined ? [] : [[name, onOrOff(`--${option}`, value)]];
  });
  if (given.length === 0) throw new UsageError('Specify a setting, such as --set-passwords off.');
  const { id } = await sourceNamed(deps, operands[0]);
  const source = accepted(await changeSource(deps, id, Object.fromEntries(given)));
  const saved = `Saved ${source.name}. Its rights: ${rightsIn(source)}. Refused: ${refusalsIn(source)}.`;
  return { json: asJson(deps, source), text: saved };
}

async function setActive({ deps, operands }: Call, active: boolean): Promise<Output> {
  const source = await setSourceActive(deps, (await sourceNamed(deps, operands[0])).id, active);
  return { json: asJson(deps, source), text: `${source.name} is ${active ? 'enabled' : 'disabled'}.` };
}

async function remove(call: Call): Promise<Output> {
  const { deps, operands, has } = call;
  const { id, name } = await sourceNamed(deps, operands[0]);
  const removal = await sourceRemoval(deps, id, has('deactivate-people') ? 'deactivate' : 'keep');
  const created = await createJob(deps, removal, 'the command line');
  const job = await runShown(call, created, 'Releasing people');
  const refused = await listJobItems(deps.store.db, job.id, 'refused', { limit: job.total, after: 0 });
  const skipped = refused.map(({ item, reason }) => ({ name: String(item), reason }));
  return {
    json: { id, name, skipped },
    text: `Removed ${name}.`,
    warnings: skipped.map((person) => `${person.name} was skipped: ${person.reason}`),
  };
}

async function listAll({ deps }: Call): Promise<Output> {
  const sources = await listSources(deps.store.db);
  const managed = await Promise.all(sources.map((source) => countManaged(deps.store.db, source.id)));
  const rows = sources.map((source, index) => [
    source.name,
    source.active ? 'enabled' : 'disabled',
    isoTime(source.lastCallAt) ?? 'never',
    `${managed[index]?.people ?? 0} people, ${managed[index]?.groups ?? 0} groups`,
    rightsIn(source),
    source.id,
  ]);
  return {
    json: sources.map((source, index) => ({ ...asJson(deps, source), manages: managed[index] })),
    text: table(
      ['NAME', 'STATE', 'LAST REQUEST', 'MANAGES', 'RIGHTS', 'CLIENT ID'],
      rows,
      'There are no SCIM sources.',
    ),
  };
}

/** The only output that contains the token. */
function shown(deps: Deps, { source, clientId, token }: ShownKey): Output {
  const entries: [string, string][] = [
    ['Base URL', baseUrl(deps)],
    ['Client ID', clientId],
    ['Token', token],
    ['Token URL', `${tokenUrl(deps)} (OAuth 2.0: the token is the client secret)`],
  ];
  return { json: { ...asJson(deps, source), clientId, token, tokenUrl: tokenUrl(deps) }, text: list(entries) };
}

/** Returns the rights of a source in words: 'set passwords, take over people'. */
function rightsIn(source: ProfileSource): string {
  const rights = rightsOf(source);
  const words = Object.entries(rightOptions).flatMap(([right, { may }]) =>
    rights[right as keyof SourceRights] ? [may] : [],
  );
  return words.join(', ') || 'none';
}

/** Returns what requests of a source are refused for: 'unknown attributes, unknown members'. */
function refusalsIn(source: ProfileSource): string {
  const words = Object.entries(refusalOptions).flatMap(([refusal, { refused }]) =>
    source[refusal as keyof Refusals] ? [refused] : [],
  );
  return words.join(', ') || 'nothing';
}

function asJson(deps: Deps, { ownership, mappingJson, ...source }: ProfileSource) {
  const times = {
    lastCallAt: isoTime(source.lastCallAt),
    createdAt: isoTime(source.createdAt),
    modifiedAt: isoTime(source.modifiedAt),
  };
  return {
    ...source,
    owned: ownedNames({ ownership }).owned,
    mapping: mappingOf({ mappingJson }),
    ...times,
    baseUrl: baseUrl(deps),
  };
}

function baseUrl(deps: Deps): string {
  return deps.config.publicUrl + BASE_PATH;
}

function tokenUrl(deps: Deps): string {
  return deps.config.publicUrl + TOKEN_PATH;
}
