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
import { listDomains } from '../store/domains.ts';
import { findLoginActivity } from '../store/loginActivity.ts';
import { type ListedSetup, listProviderSetups, type ProviderSetup } from '../store/providerSetups.ts';
import { AUTHOR, accepted, command, type Output, Refused } from './command.ts';
import { providerName } from './importProvider.ts';
import { text, type Value } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { providerJson } from './providerShown.ts';
import { domain, named, provider } from './targets.ts';

const setupLink: Value<ProviderSetup> = {
  value: 'LINK',
  read: (id, { deps }) => getProviderSetup(deps.store.db, id),
};

export const setupLinkCommands = [
  command({
    name: 'setup-link create',
    operands: [domain],
    summary: 'Create a provider setup link, for a person who administers the identity provider.',
    options: {
      for: text('NOTE', 'Who it is for. Only Power Users see it. Required.'),
      expires: text('DAYS', `1, 3, 7, 14 or 30 days, ${DEFAULT_DAYS} by default.`),
      provider: text('NAME', 'The product, as for domain guide. The visitor selects it by default.'),
    },
    notes: 'The link is printed once. It works in the first browser that starts.',
    async run({ deps, options }, domain) {
      const { for: note = '', expires: days = DEFAULT_DAYS, provider: guide = '' } = options;
      const labels: Record<string, string> = { note: '--for', days: '--expires', guide: '--provider' };
      const created = await createProviderSetup(deps, domain, { note, days, guide }, AUTHOR);
      const { setup, link } = accepted(created, (field) => labels[field] ?? '');
      return {
        json: { ...jsonOf(deps, setup, domain.url), link },
        text: link,
        warnings: ['The link is shown only once. Send it in a message that only its reader sees.'],
      };
    },
  }),
  command({
    name: 'setup-link list',
    summary: 'List the provider setup links.',
    options: { domain: named(domain, 'Only those for this domain.') },
    async run({ deps, options }) {
      const domains = options.domain ? [options.domain] : await listDomains(deps.store.db);
      const urls = new Map(domains.map(({ id, url }) => [id, url]));
      const setups = (await listProviderSetups(deps.store.db)).filter(({ domainId }) => urls.has(domainId));
      const rows = setups.map((setup) => ({
        LINK: setup.id,
        FOR: setup.note,
        DOMAIN: urls.get(setup.domainId),
        STATE: stateNames[stateOf(setup, deps.now())],
        EXPIRES: isoTime(setup.expiresAt),
      }));
      return {
        json: setups.map((setup) => jsonOf(deps, setup, urls.get(setup.domainId) ?? '')),
        text: table(rows, 'There are no provider setup links.'),
      };
    },
  }),
  command({
    name: 'setup-link show',
    operands: [setupLink],
    summary: 'Show what arrived through a provider setup link.',
    run: ({ deps }, setup) => show(deps, setup),
  }),
  command({
    name: 'setup-link approve',
    operands: [setupLink],
    summary: 'Import what arrived. A new identity provider is disabled until you enable it.',
    options: {
      name: providerName('The name of a new provider. The name in the metadata by default.'),
      update: named(provider, 'Update this identity provider instead of adding one.', 'ID'),
    },
    async run({ deps, options: { name, update } }, setup) {
      const proposal = await readProposal(deps, setup);
      if (typeof proposal === 'string') throw new Refused(proposal);
      if (!proposal) throw new Refused('Nothing has arrived through this link.');
      const target = update
        ? proposal.targets.find(({ providerId }) => providerId === update.id)
        : targetOfDomain(proposal.known, setup.domainId);
      if (!target) throw new Refused(`${update?.name} has another EntityID.`);
      const provider = await approve(deps, reviewed(setup), target, name);
      const state = provider.enabled ? 'enabled' : 'disabled';
      return {
        json: await providerJson(deps, provider),
        text: `Imported ${provider.name} (${provider.entityId}), ${state}.`,
      };
    },
  }),
  command({
    name: 'setup-link decline',
    operands: [setupLink],
    summary: 'Decline what arrived. The visitor may correct it while the link is valid.',
    options: { reason: text('TEXT', 'What has to be corrected. The visitor reads it. Required.') },
    async run({ deps, options: { reason = '' } }, setup) {
      if (setup.sentAt === null) throw new Refused('Nothing has arrived through this link.');
      accepted(await decline(deps, reviewed(setup), reason), () => '--reason');
      return changed(deps, setup.id, 'Declined. The visitor sees your reason.');
    },
  }),
  command({
    name: 'setup-link revoke',
    operands: [setupLink],
    summary: 'Revoke a provider setup link, and delete what was provided.',
    async run({ deps }, { id }) {
      await revokeProviderSetup(deps, id, AUTHOR);
      return changed(deps, id, 'Revoked. Nothing more can be sent through it.');
    },
  }),
];

async function show(deps: Deps, setup: ProviderSetup): Promise<Output> {
  const url = await urlOf(deps, setup);
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
  const text = list([
    ['for', setup.note],
    ['domain', url],
    ['state', stateNames[stateOf(setup, deps.now())]],
    ['created', `${isoTime(setup.createdAt)} by ${setup.author}`],
    ['expires', isoTime(setup.expiresAt)],
    ['opened', setup.startedAt === null ? 'not yet' : `${isoTime(setup.startedAt)} from ${setup.startedFrom}`],
    ['sent', isoTime(setup.sentAt) ?? 'not yet'],
    ['message', setup.message],
    ['Test login', test],
    ['reason', setup.reason],
    ...metadataFacts(read),
  ]);
  const warnings = typeof proposal === 'string' ? [proposal] : (metadata?.warnings ?? []);
  return { json, text, warnings };
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

async function changed(deps: Deps, id: string, text: string): Promise<Output> {
  const setup = await getProviderSetup(deps.store.db, id);
  return { json: jsonOf(deps, setup, await urlOf(deps, setup)), text };
}

async function urlOf({ store }: Deps, { domainId }: ProviderSetup): Promise<string> {
  return (await listDomains(store.db)).find(({ id }) => id === domainId)?.url ?? '';
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
