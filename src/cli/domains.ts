import type { Deps } from '../deps.ts';
import {
  addDomain,
  getDomain,
  removeDomain,
  serviceProviderDetails,
  setAutoLogin,
  setDefaultProvider,
  setUpDomain,
} from '../federation/domains.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import {
  accepted,
  type Call,
  type Command,
  isoTime,
  list,
  type Output,
  onOrOff,
  table,
  UsageError,
} from './command.ts';
import { domainAt } from './domainAt.ts';
import { providerNamed } from './providerShown.ts';

export const domainCommands: Command[] = [
  {
    name: 'domain add',
    operands: 'URL',
    summary: 'Add a domain, an address of the intranet.',
    run: async ({ deps, operands }) => {
      const domain = accepted(await addDomain(deps, operands[0] ?? ''));
      return { json: await asJson(deps, domain), text: `Added ${domain.url}.` };
    },
  },
  {
    name: 'domain setup',
    operands: 'URL',
    summary: 'Create the signing key and certificate of a domain, and show its Service Provider Details.',
    run: setUp,
  },
  {
    name: 'domain set',
    operands: 'URL',
    summary: 'Set the Default Provider and Auto Login of a domain.',
    options: {
      default: { value: 'IDP', help: 'The Default Provider (id, name or EntityID), or none.' },
      'auto-login': { value: 'on|off', help: 'Whether visitors are sent to the Default Provider automatically.' },
    },
    run: change,
  },
  {
    name: 'domain list',
    operands: '',
    summary: 'List the domains.',
    run: listAll,
  },
  {
    name: 'domain remove',
    operands: 'URL',
    summary: 'Remove a domain and its signing key.',
    run: async ({ deps, operands }) => {
      const domain = await removeDomain(deps, (await domainAt(deps, operands[0])).id);
      return { json: await asJson(deps, domain), text: `Removed ${domain.url}.` };
    },
  },
];

async function setUp({ deps, operands }: Call): Promise<Output> {
  const domain = await setUpDomain(deps, (await domainAt(deps, operands[0])).id);
  const details = serviceProviderDetails(domain);
  const text = list([
    ['EntityID', details.entityId],
    ['ACS URL', details.acsUrl],
    ['SLO URL', details.sloUrl],
    ['Metadata URL', details.metadataUrl],
  ]);
  return { json: await asJson(deps, domain), text };
}

async function change({ deps, operands, text }: Call): Promise<Output> {
  const [provider, autoLogin] = [text('default'), text('auto-login')];
  if (provider === undefined && autoLogin === undefined)
    throw new UsageError('Specify --default IDP, --auto-login on|off, or both.');
  const on = autoLogin === undefined ? undefined : onOrOff('--auto-login', autoLogin);
  if (provider === 'none' && on) throw new UsageError('Auto Login needs a Default Provider.');
  const { id, url } = await domainAt(deps, operands[0]);
  if (provider !== undefined)
    await setDefaultProvider(deps, id, provider === 'none' ? undefined : (await providerNamed(deps, provider)).id);
  if (on !== undefined) await setAutoLogin(deps, id, on);
  return { json: await asJson(deps, await getDomain(deps.store.db, id)), text: `Saved ${url}.` };
}

async function listAll({ deps }: Call): Promise<Output> {
  const domains = await listDomains(deps.store.db);
  const json = await Promise.all(domains.map((domain) => asJson(deps, domain)));
  const rows = json.map((domain) => [
    domain.url,
    domain.setUpAt === null ? 'not set up' : 'set up',
    domain.defaultProvider?.name ?? '',
    domain.autoLogin ? 'on' : 'off',
  ]);
  return { json, text: table(['DOMAIN', 'STATE', 'DEFAULT PROVIDER', 'AUTO LOGIN'], rows, 'There are no domains.') };
}

async function asJson({ store }: Deps, domain: Domain) {
  const providers = await listProviders(store.db);
  const provider = providers.find(({ id }) => id === domain.defaultProviderId);
  return {
    id: domain.id,
    url: domain.url,
    setUpAt: isoTime(domain.setUpAt),
    defaultProvider: provider ? { id: provider.id, name: provider.name, entityId: provider.entityId } : null,
    autoLogin: domain.autoLogin,
    ...serviceProviderDetails(domain),
    createdAt: isoTime(domain.createdAt),
  };
}
