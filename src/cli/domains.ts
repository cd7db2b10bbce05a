import type { Deps } from '../deps.ts';
import {
  addDomain,
  getDomain,
  pauseAutoLogin,
  removeDomain,
  saveOwnDetails,
  setAutoLogin,
  setDefaultProvider,
  setUpDomain,
} from '../federation/domains.ts';
import { isProven, testedOf } from '../federation/loginTests.ts';
import { getProvider } from '../federation/providers.ts';
import {
  changesOfDetails,
  type DetailsChange,
  type OwnDetails,
  serviceProviderDetails,
} from '../federation/serviceProvider.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { listProviders } from '../store/identityProviders.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
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
    summary: 'Set the Default Provider, Auto Login, EntityID and ACS path of a domain.',
    options: {
      default: { value: 'IDP', help: 'The Default Provider (id, name or EntityID), or none.' },
      'auto-login': {
        value: 'on|off|pause',
        help: 'Whether visitors are sent to the Default Provider automatically. pause: off until it is on again, which health recalls.',
      },
      'entity-id': {
        value: 'URI',
        help: 'Its own EntityID, such as that of a product you move from. Empty: the default.',
      },
      'acs-path': { value: 'PATH', help: 'Its own ACS path, besides /saml/acs. Empty: none.' },
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
  const [entityId, acsPath] = [text('entity-id'), text('acs-path')];
  if ([provider, autoLogin, entityId, acsPath].every((value) => value === undefined))
    throw new UsageError('Specify --default IDP, --auto-login on|off|pause, --entity-id URI or --acs-path PATH.');
  const isPause = autoLogin === 'pause';
  const on = autoLogin === undefined || isPause ? undefined : onOrOff('--auto-login', autoLogin);
  if (provider === 'none' && on) throw new UsageError('Auto Login needs a Default Provider.');
  const before = await domainAt(deps, operands[0]);
  const { id, url } = before;
  const warnings =
    entityId === undefined && acsPath === undefined ? [] : await changeOwn(deps, before, { entityId, acsPath });
  if (provider !== undefined)
    await setDefaultProvider(deps, id, provider === 'none' ? undefined : (await providerNamed(deps, provider)).id);
  if (on !== undefined) await setAutoLogin(deps, id, on);
  if (on) warnings.push(...(await untestedWarning(deps, await getDomain(deps.store.db, id))));
  if (isPause) await pauseAutoLogin(deps, id);
  return { json: await asJson(deps, await getDomain(deps.store.db, id)), text: `Saved ${url}.`, warnings };
}

/** Saves what a domain has of its own. Returns warnings if identity providers may know other values. */
async function untestedWarning({ store }: Deps, domain: Domain): Promise<string[]> {
  const provider = await getProvider(store.db, domain.defaultProviderId ?? '');
  if (isProven(await testedOf(store.db, domain, provider))) return [];
  return [
    `No Test login with ${provider.name} has passed at ${domain.url} as it is saved. Test it: anteroom idp test ${provider.id}`,
  ];
}

async function changeOwn(
  deps: Deps,
  before: Domain,
  given: { [Field in keyof OwnDetails]: string | undefined },
): Promise<string[]> {
  const { entityId = before.spEntityId ?? '', acsPath = before.acsPath ?? '' } = given;
  const saved = await saveOwnDetails(deps, before.id, { entityId, acsPath });
  const { setUpAt, ...changed } = accepted(saved, (name) => `--${dashed(name)}`);
  return setUpAt === null ? [] : changesOfDetails(before, changed).map(warningOf);
}

function warningOf({ label, before, after }: DetailsChange): string {
  return `The ${label} was ${before} and is now ${after}. Logins fail until the identity provider knows it.`;
}

async function listAll({ deps }: Call): Promise<Output> {
  const domains = await listDomains(deps.store.db);
  const json = await Promise.all(domains.map((domain) => asJson(deps, domain)));
  const rows = json.map((domain) => [
    domain.url,
    domain.setUpAt === null ? 'not set up' : 'set up',
    domain.defaultProvider?.name ?? '',
    domain.autoLoginPausedAt !== null
      ? 'paused'
      : !domain.autoLogin
        ? 'off'
        : domain.defaultProvider?.enabled
          ? 'on'
          : 'on, but its provider is disabled',
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
    defaultProvider: provider
      ? { id: provider.id, name: provider.name, entityId: provider.entityId, enabled: provider.enabled }
      : null,
    autoLogin: domain.autoLogin,
    autoLoginPausedAt: isoTime(domain.autoLoginPausedAt),
    ...serviceProviderDetails(domain),
    createdAt: isoTime(domain.createdAt),
  };
}
