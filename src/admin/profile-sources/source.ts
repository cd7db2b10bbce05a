import { isDeepStrictEqual } from 'node:util';
import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { labelsOf, ownedNames } from '../../people/ownership.ts';
import {
  changeSource,
  dismissNotice,
  getSource,
  refusalsOf,
  rightsOf,
  rotateToken,
  type ShownKey,
} from '../../sources/profileSources.ts';
import { tokenStateOf } from '../../sources/tokens.ts';
import {
  countManaged,
  listSourceTokens,
  type ProfileSource,
  type Refusals,
  type SourceRights,
} from '../../store/profileSources.ts';
import { leadTo, savedText } from '../../web/flash.ts';
import { field, ticked } from '../../web/form.ts';
import { requestBars } from '../bars.ts';
import { baseUrlOf, clientsOf, tokenUrlOf } from './guides.ts';

const PATH = '/settings/profile-sources/scim/:id';
const DAY_MS = 86_400_000;

/** What happens to the old token when a new one is created, by days. */
const overlaps = [
  ['0', 'Expires immediately'],
  ['1', 'Stays valid for 1 day'],
  ['7', 'Stays valid for 7 days'],
  ['30', 'Stays valid for 30 days'],
] as const;

/** The rights of a source, with what they mean. */
const rights = [
  [
    'mayGrantPowerUser',
    'May grant Power User',
    'The source can make people Power Users, and can change the user type, user name and password of a Power User. ' +
      'Anyone with its token can then become a Power User. Without this right, new people are Intranet Users at most. ' +
      'The source can always deactivate and delete Power Users, except the last one.',
  ],
  [
    'maySetPasswords',
    'May set passwords',
    'The source can set local passwords of people that it created, if they have at least 12 characters.',
  ],
  [
    'mayTakeOver',
    'May take over people added by hand',
    'The source manages a person who was added by hand as soon as it changes them. Without this right, such requests are refused.',
  ],
] as const;

/** What requests of a source can be refused for, with what it means. */
const refusals = [
  [
    'refuseUnknownAttributes',
    'Refuse unknown attributes',
    'Off: attributes that do not exist here are left out, and everything else is stored.',
  ],
  [
    'refuseUnknownMembers',
    'Refuse unknown group members',
    'Off: members who are not in the People Directory are skipped, and all others are stored.',
  ],
] as const;

/** When a new token expires, by days. */
const lifetimes = [
  ['', 'Never'],
  ['90', 'After 90 days'],
  ['180', 'After 180 days'],
  ['365', 'After a year'],
] as const;

/** Manage Profile Sources > SCIM > a source: its settings and tokens. */
export function profileSourceRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => showSource(deps, res, await getSource(deps, req.params.id), {}));
  router.post(PATH, (req, res) => change(deps, req, res, req.params.id));
  router.post(`${PATH}/token`, async (req, res) => {
    const overlapUntil = timeAfter(overlaps, field(req, 'overlap'), deps.now());
    const expiresAt = timeAfter(lifetimes, field(req, 'lifetime'), deps.now()) ?? null;
    const key = await rotateToken(deps, req.params.id, { overlapUntil, expiresAt });
    await showSource(deps, res, key.source, { key });
  });
  // Needs attention > Dismiss: the entry stays away until the rights or refusals of the source change.
  router.post(`${PATH}/notices/:kind/dismissal`, async (req, res) => {
    await dismissNotice(deps, req.params.id, req.params.kind);
    await leadTo(res, '/settings', 'Dismissed. The SCIM log still has the requests.');
  });
}

type Entered = Pick<ProfileSource, 'name' | 'active' | 'logBodies' | 'readOnly'> &
  SourceRights &
  Refusals & { networks: string; patchResponse: string };

/** Shows the page of a source. With `key` it shows the Client ID and the token, which are nowhere else. */
export async function showSource(
  deps: Deps,
  res: Response,
  source: ProfileSource,
  page: { key?: ShownKey; entered?: Entered; errors?: FieldErrors },
): Promise<void> {
  const { db } = deps.store;
  const now = deps.now();
  const tokens = await listSourceTokens(db, source.id);
  res.setHeader('cache-control', 'no-store');
  res.render('settings/profile-sources/source', {
    title: source.name,
    source,
    key: page.key,
    entered: page.entered ?? { ...source, networks: source.networks.join('\n') },
    errors: page.errors ?? {},
    ownedLabels: labelsOf(ownedNames(source).owned, deps.attributes.list),
    managed: await countManaged(db, source.id),
    rights,
    refusals,
    tokens,
    tokenState: tokenStateOf(tokens, now),
    now,
    bars: await requestBars(deps, source.id),
    overlaps,
    lifetimes,
    baseUrl: baseUrlOf(res),
    tokenUrl: tokenUrlOf(res),
    clients: clientsOf(baseUrlOf(res)),
  });
}

async function change(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const before = await getSource(deps, id);
  const entered: Entered = {
    name: field(req, 'name'),
    active: ticked(req, 'active'),
    logBodies: ticked(req, 'logBodies'),
    readOnly: ticked(req, 'readOnly'),
    mayGrantPowerUser: ticked(req, 'mayGrantPowerUser'),
    maySetPasswords: ticked(req, 'maySetPasswords'),
    mayTakeOver: ticked(req, 'mayTakeOver'),
    refuseUnknownAttributes: ticked(req, 'refuseUnknownAttributes'),
    refuseUnknownMembers: ticked(req, 'refuseUnknownMembers'),
    patchResponse: field(req, 'patchResponse'),
    networks: field(req, 'networks'),
  };
  const saved = await changeSource(deps, id, {
    ...entered,
    networks: entered.networks.split(/[\s,]+/).filter((network) => network !== ''),
    patchResponse: entered.patchResponse as ProfileSource['patchResponse'],
  });
  if (!saved.ok) return showSource(deps, res.status(422), before, { entered, errors: saved.errors });
  const changes = changedLabels(before, saved.value);
  await leadTo(res, `/settings/profile-sources/scim/${id}`, savedText(changes));
}

function changedLabels(before: ProfileSource, after: ProfileSource): string[] {
  const labels: [string, boolean][] = [
    ['name', before.name !== after.name],
    [after.active ? 'enabled' : 'disabled', before.active !== after.active],
    ['Log Request Body', before.logBodies !== after.logBodies],
    ['read-only', before.readOnly !== after.readOnly],
    ['rights', !isDeepStrictEqual(rightsOf(before), rightsOf(after))],
    ['unknown attributes and members', !isDeepStrictEqual(refusalsOf(before), refusalsOf(after))],
    ['PATCH response', before.patchResponse !== after.patchResponse],
    ['allowed networks', before.networks.join() !== after.networks.join()],
  ];
  return labels.filter(([, differs]) => differs).map(([label]) => label);
}

/** The time some days after now; undefined for a number of days that the list does not offer. */
function timeAfter(
  choices: readonly (readonly [days: string, label: string])[],
  days: string,
  now: number,
): number | undefined {
  const isOffered = Number(days) > 0 && choices.some(([value]) => value === days);
  return isOffered ? now + Number(days) * DAY_MS : undefined;
}
