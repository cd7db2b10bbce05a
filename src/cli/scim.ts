import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { createJob } from '../jobs/jobs.ts';
import { ownedNames } from '../people/ownership.ts';
import { mappingOf } from '../sources/ownership.ts';
import {
  addSource,
  changeSource,
  refusalsOf,
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
import { AUTHOR, accepted, command, type Output, UsageError } from './command.ts';
import { flag, onOff, operand, text } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { runShown } from './shownJob.ts';
import { source } from './targets.ts';

const DAY_MS = 86_400_000;
const BASE_PATH = '/api/v2/scim/v2';
const TOKEN_PATH = '/api/v2/scim/oauth/token';

const rightNames: Record<keyof SourceRights, string> = {
  mayGrantPowerUser: 'grant Power User',
  maySetPasswords: 'set passwords',
  mayTakeOver: 'take over people',
};
const refusalNames: Record<keyof Refusals, string> = {
  refuseUnknownAttributes: 'unknown attributes',
  refuseUnknownMembers: 'unknown members',
};

/** The settings with an option of another name. */
const rightOf: Record<string, keyof SourceRights> = {
  grantPowerUser: 'mayGrantPowerUser',
  setPasswords: 'maySetPasswords',
  takeOver: 'mayTakeOver',
};

export const scimCommands = [
  command({
    name: 'scim add',
    operands: [operand('NAME')],
    summary: 'Add a SCIM source and show its Client ID and token, once.',
    options: { logBodies: flag('Log Request Body in SCIM Service.') },
    run: async ({ deps, options: { logBodies = false } }, name) =>
      shown(deps, accepted(await addSource(deps, { name, logBodies }))),
  }),
  command({
    name: 'scim rotate',
    operands: [source],
    summary: 'Give a source a new token and show it, once. The old token expires immediately.',
    options: { overlapDays: { ...text('DAYS', 'Keep the old token valid for some days.'), read: daysIn } },
    run: async ({ deps, options: { overlapDays = 0 } }, { id }) =>
      shown(deps, await rotateToken(deps, id, { overlapUntil: deps.now() + overlapDays * DAY_MS })),
  }),
  command({
    name: 'scim set',
    operands: [source],
    summary: 'Set the rights of a source, and what its requests are refused for.',
    options: {
      grantPowerUser: onOff(
        'Whether it may make people Power Users, and change the type, user name and password of a Power User.',
      ),
      setPasswords: onOff('Whether it may set passwords of people that it created.'),
      takeOver: onOff('Whether it may take over people who were added by hand.'),
      refuseUnknownAttributes: onOff(
        'Whether requests with unknown attributes are refused. Otherwise these attributes are left out.',
      ),
      refuseUnknownMembers: onOff(
        'Whether requests with unknown group members are refused. Otherwise these members are skipped.',
      ),
    },
    async run({ deps, options }, { id }) {
      const given = Object.entries(options).map(([name, value]) => [rightOf[name] ?? name, value]);
      if (given.length === 0) throw new UsageError('Specify a setting, such as --set-passwords off.');
      const source = accepted(await changeSource(deps, id, Object.fromEntries(given)));
      const refused = namesOf(refusalNames, refusalsOf(source)) || 'nothing';
      return {
        json: asJson(deps, source),
        text: `Saved ${source.name}. Its rights: ${rightsIn(source)}. Refused: ${refused}.`,
      };
    },
  }),
  command({
    name: 'scim list',
    summary: 'List the SCIM sources.',
    async run({ deps }) {
      const { db } = deps.store;
      const sources = await listSources(db);
      const managed = await Promise.all(
        sources.map(async (source) => ({ source, manages: await countManaged(db, source.id) })),
      );
      const rows = managed.map(({ source, manages }) => ({
        NAME: source.name,
        STATE: source.active ? 'enabled' : 'disabled',
        'LAST REQUEST': isoTime(source.lastCallAt) ?? 'never',
        MANAGES: `${counted(manages.people, 'person', 'people')}, ${counted(manages.groups, 'group')}`,
        RIGHTS: rightsIn(source),
        'CLIENT ID': source.id,
      }));
      return {
        json: managed.map(({ source, manages }) => ({ ...asJson(deps, source), manages })),
        text: table(rows, 'There are no SCIM sources.'),
      };
    },
  }),
  command({
    name: 'scim enable',
    operands: [source],
    summary: 'Accept requests of a source again.',
    async run({ deps }, { id }) {
      const source = await setSourceActive(deps, id, true);
      return { json: asJson(deps, source), text: `${source.name} is enabled.` };
    },
  }),
  command({
    name: 'scim disable',
    operands: [source],
    summary: 'Refuse all requests of a source. Its people and groups are not affected.',
    async run({ deps }, { id }) {
      const source = await setSourceActive(deps, id, false);
      return { json: asJson(deps, source), text: `${source.name} is disabled.` };
    },
  }),
  command({
    name: 'scim remove',
    operands: [source],
    summary: 'Remove a source with its tokens. Its people and groups are kept and managed here.',
    options: { deactivatePeople: flag('Deactivate its people and end their sessions.') },
    async run(call, { id, name }) {
      const { deps, options } = call;
      const removal = await sourceRemoval(deps, id, options.deactivatePeople ? 'deactivate' : 'keep');
      const job = await runShown(call, await createJob(deps, removal, AUTHOR), 'Releasing people');
      const refused = await listJobItems(deps.store.db, job.id, 'refused', { limit: job.total, after: 0 });
      const skipped = refused.map(({ item, reason }) => ({ name: String(item), reason }));
      return {
        json: { id, name, skipped },
        text: `Removed ${name}.`,
        warnings: skipped.map((person) => `${person.name} was skipped: ${person.reason}`),
      };
    },
  }),
];

function daysIn(entered: string): number {
  if (!/^\d{1,3}$/.test(entered)) throw new UsageError('--overlap-days must be a number of days.');
  return Number(entered);
}

/** The only output that contains the token. */
function shown(deps: Deps, { source, clientId, token }: ShownKey): Output {
  const tokenUrl = deps.config.publicUrl + TOKEN_PATH;
  const text = list([
    ['Base URL', baseUrl(deps)],
    ['Client ID', clientId],
    ['Token', token],
    ['Token URL', `${tokenUrl} (OAuth 2.0: the token is the client secret)`],
  ]);
  return { json: { ...asJson(deps, source), clientId, token, tokenUrl }, text };
}

function rightsIn(source: ProfileSource): string {
  return namesOf(rightNames, rightsOf(source)) || 'none';
}

/** Returns the names of the settings that are on: 'set passwords, take over people'. */
function namesOf<Setting extends string>(names: Record<Setting, string>, settings: Record<Setting, boolean>): string {
  const on = (Object.keys(names) as Setting[]).filter((setting) => settings[setting]);
  return on.map((setting) => names[setting]).join(', ');
}

function asJson(deps: Deps, { ownership, mappingJson, ...source }: ProfileSource) {
  return {
    ...source,
    owned: ownedNames({ ownership }).owned,
    mapping: mappingOf({ mappingJson }),
    lastCallAt: isoTime(source.lastCallAt),
    createdAt: isoTime(source.createdAt),
    modifiedAt: isoTime(source.modifiedAt),
    baseUrl: baseUrl(deps),
  };
}

function baseUrl(deps: Deps): string {
  return deps.config.publicUrl + BASE_PATH;
}
