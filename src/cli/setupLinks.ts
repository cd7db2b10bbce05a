import type { Deps } from '../deps.ts';
import { targetOfDomain } from '../federation/importTarget.ts';
import { lineOf } from '../federation/metadata/changes.ts';
import { approve, decline, type Proposal, readProposal } from '../federation/providerSetups/decision.ts';
import {
  createProviderSetup,
  DEFAULT_DAYS,
  getProviderSetup,
  revokeProviderSetup,
  stateNames,
  stateOf,
} from '../federation/providerSetups/links.ts';
import { isValid } from '../federation/providerSetups/testing.ts';
import { readProviderName } from '../federation/providers.ts';
import { listDomains } from '../store/domains.ts';
import { findLoginActivity } from '../store/loginActivity.ts';
import { type ListedSetup, listProviderSetups, type ProviderSetup } from '../store/providerSetups.ts';
import { accepted, type Call, type Command, isoTime, list, type Output, Refused, table } from './command.ts';
import { domainAt } from './domainAt.ts';
import { providerJson, providerNamed } from './providerShown.ts';

const AUTHOR = 'the command line';

export const setupLinkCommands: Command[] = [
  {
    name: 'setup-link create',
    operands: 'DOMAIN',
    summary: 'Create a provider setup link, for a person who administers the identity provider.',
    options: {
      for: { value: 'NOTE', help: 'Who it is for. Only Power Users see it. Required.' },
      expires: { value: 'DAYS', help: `1, 3, 7, 14 or 30 days, ${DEFAULT_DAYS} by default.` },
      provider: { value: 'NAME', help: 'The product, as for domain guide. The visitor selects it by default.' },
    },
    notes: 'The link is printed once. It works in the first browser that starts.',
    run: create,
  },
  {
    name: 'setup-link list',
    operands: '',
    summary: 'List the provider setup links.',
    options: { domain: { value: 'URL', help: 'Only those for this domain.' } },
    run: listAll,
  },
  {
    name: 'setup-link show',
    operands: 'LINK',
    summary: 'Show what arrived through a provider setup link.',
    run: show,
  },
  {
    name: 'setup-link approve',
    operands: 'LINK',
    summary: 'Import what arrived. A new identity provider is disabled until you enable it.',
    options: {
      name: { value: 'NAME', help: 'The name of a new provider. The name in the metadata by default.' },
      update: { value: 'ID', help: 'Update this identity provider instead of adding one.' },
    },
    run: approveIt,
  },
  {
    name: 'setup-link decline',
    operands: 'LINK',
    summary: 'Decline what arrived. The visitor may correct it while the link is valid.',
    options: { reason: { value: 'TEXT', help: 'What has to be corrected. The visitor reads it. Required.' } },
    run: declineIt,
  },
  {
    name: 'setup-link revoke',
    operands: 'LINK',
    summary: 'Revoke a provider setup link, and delete what was provided.',
    run: revoke,
  },
];

async function create({ deps, operands, text }: Call): Promise<Output> {
  const domain = await domainAt(deps, operands[0]);
  const input = { note: text('for') ?? '', days: text('expires') ?? DEFAULT_DAYS, guide: text('provider') ?? '' };
  const labels: Record<string, string> = { note: '--for', days: '--expires', guide: '--provider' };
  const { setup, link } = accepted(
    await createProviderSetup(deps, domain, input, AUTHOR),
    (field) => labels[field] ?? '',
  );
  return {
    json: { ...jsonOf(deps, setup, domain.url), link },
    text: link,
    warnings: ['The link is shown only once. Send it in a message that only its reader sees.'],
  };
}

async function listAll({ deps, text }: Call): Promise<Output> {
  const url = text('domain');
  const domains = url === undefined ? await listDomains(deps.store.db) : [await domainAt(deps, url)];
  const urls = new Map(domains.map((domain) => [domain.id, domain.url]));
  const setups = (await listProviderSetups(deps.store.db)).filter(({ domainId }) => urls.has(domainId));
  const json = setups.map((setup) => jsonOf(deps, setup, urls.get(setup.domainId) ?? ''));
  const rows = setups.map((setup) => [
    setup.id,
    setup.note,
    urls.get(setup.domainId) ?? '',
    stateNames[stateOf(setup, deps.now())],
    isoTime(setup.expiresAt) ?? '',
  ]);
  return {
    json,
    text: table(['LINK', 'FOR', 'DOMAIN', 'STATE', 'EXPIRES'], rows, 'There are no provider setup links.'),
  };
}

async function show({ deps, operands }: Call): Promise<Output> {
  const setup = await getProviderSetup(deps.store.db, operands[0] ?? '');
  const url = (await listDomains(deps.store.db)).find(({ id }) => id === setup.domainId)?.url ?? '';
  const proposal = await readProposal(deps, setup);
  const read = typeof proposal === 'string' ? undefined : proposal;
  const activity = await findLoginActivity(deps.store.db, setup.testId ?? '');
  const test = activity ? (isValid(activity) ? 'passed' : 'failed') : 'none';
  const { metadata, known = [] } = read ?? {};
  const json = {
    ...jsonOf(deps, setup, url),
    message: setup.message,
    testLogin: activity ? { result: test, activityId: activity.id } : null,
    metadata: metadata
      ? { entityId: metadata.entityId, certificates: metadata.certificates, singleSignOn: metadata.singleSignOn }
      : null,
    differences: known.map(({ provider, changes }) => ({ id: provider.id, name: provider.name, changes })),
  };
  const facts: [string, string][] = [
    ['for', setup.note],
    ['domain', url],
    ['state', stateNames[stateOf(setup, deps.now())]],
    ['created', `${isoTime(setup.createdAt)} by ${setup.author}`],
    ['expires', isoTime(setup.expiresAt) ?? ''],
    ['opened', setup.startedAt === null ? 'not yet' : `${isoTime(setup.startedAt)} from ${setup.startedFrom}`],
    ['sent', isoTime(setup.sentAt) ?? 'not yet'],
    ['message', setup.message],
    ['Test login', test],
    ['reason', setup.reason],
    ...metadataFacts(read),
  ];
  const warnings = typeof proposal === 'string' ? [proposal] : (metadata?.warnings ?? []);
  return { json, text: list(facts), warnings };
}

function metadataFacts(read: Proposal | undefined): [string, string][] {
  if (!read) return [];
  const { metadata, known } = read;
  return [
    ['EntityID', metadata.entityId],
    ['fetched from', read.url ?? 'a file'],
    ...metadata.singleSignOn.map(({ location }): [string, string] => ['login', location]),
    ...metadata.certificates.map(({ sha256 }): [string, string] => ['SHA-256', sha256]),
    ...known.map(({ provider, changes }): [string, string] => [
      `difference from ${provider.name}`,
      changes.length === 0 ? 'none' : changes.map(lineOf).join('; '),
    ]),
  ];
}

async function approveIt({ deps, operands, text }: Call): Promise<Output> {
  const setup = await getProviderSetup(deps.store.db, operands[0] ?? '');
  const name = text('name');
  if (name !== undefined) accepted(readProviderName(name), () => '--name');
  const proposal = await readProposal(deps, setup);
  if (typeof proposal === 'string') throw new Refused(proposal);
  if (!proposal) throw new Refused('Nothing has arrived through this link.');
  const update = text('update');
  const updated = update === undefined ? undefined : await providerNamed(deps, update);
  const target = updated
    ? proposal.targets.find(({ providerId }) => providerId === updated.id)
    : targetOfDomain(proposal.known, setup.domainId);
  if (!target) throw new Refused(`${updated?.name} has another EntityID.`);
  const provider = await approve(deps, reviewed(setup), target, name);
  const state = provider.enabled ? 'enabled' : 'disabled';
  return {
    json: await providerJson(deps, provider),
    text: `Imported ${provider.name} (${provider.entityId}), ${state}.`,
  };
}

async function declineIt({ deps, operands, text }: Call): Promise<Output> {
  const setup = await getProviderSetup(deps.store.db, operands[0] ?? '');
  if (setup.sentAt === null) throw new Refused('Nothing has arrived through this link.');
  accepted(await decline(deps, reviewed(setup), text('reason') ?? ''), () => '--reason');
  return changed(deps, setup.id, 'Declined. The visitor sees your reason.');
}

async function revoke({ deps, operands }: Call): Promise<Output> {
  const { id } = await getProviderSetup(deps.store.db, operands[0] ?? '');
  await revokeProviderSetup(deps, id, AUTHOR);
  return changed(deps, id, 'Revoked. Nothing more can be sent through it.');
}

async function changed(deps: Deps, id: string, text: string): Promise<Output> {
  const setup = await getProviderSetup(deps.store.db, id);
  const url = (await listDomains(deps.store.db)).find((domain) => domain.id === setup.domainId)?.url ?? '';
  return { json: jsonOf(deps, setup, url), text };
}

function reviewed({ id, sentAt }: ProviderSetup) {
  return { id, sentAt: sentAt ?? 0, author: AUTHOR };
}

function jsonOf({ now }: Deps, setup: ListedSetup, domain: string) {
  return {
    ...{ id: setup.id, domain, for: setup.note, state: stateOf(setup, now()), provider: setup.guide || null },
    ...{ createdBy: setup.author, createdAt: isoTime(setup.createdAt), expiresAt: isoTime(setup.expiresAt) },
    ...{ openedAt: isoTime(setup.startedAt), openedFrom: setup.startedFrom, sentAt: isoTime(setup.sentAt) },
    ...{ decidedAt: isoTime(setup.decidedAt), decidedBy: setup.decidedBy || null, reason: setup.reason || null },
    ...{ revokedAt: isoTime(setup.revokedAt), revokedBy: setup.revokedBy || null },
  };
}
