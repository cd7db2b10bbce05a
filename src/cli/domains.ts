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
import { inOneTransaction } from '../store/oneTransaction.ts';
import { accepted, command, optionName, UsageError } from './command.ts';
import { type Option, onOrOff, operand, text } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { domain, namedOr, provider } from './targets.ts';

const autoLoginOption: Option<boolean | 'pause'> = {
  value: 'on|off|pause',
  help: 'Whether visitors are sent to the Default Provider automatically. pause: off until it is turned on again, and health reminds you.',
  read: (entered) => {
    if (entered === 'pause') return entered;
    return onOrOff('--auto-login', entered, 'on, off or pause');
  },
};

export const domainCommands = [
  command({
    name: 'domain add',
    operands: [operand('URL')],
    summary: 'Add a domain, an address of the intranet.',
    async run({ deps }, url) {
      const added = accepted(await addDomain(deps, url));
      return { json: await asJson(deps, added), text: `Added ${added.url}.` };
    },
  }),
  command({
    name: 'domain setup',
    operands: [domain],
    summary: 'Create the signing key and certificate of a domain, and show its Service Provider Details.',
    async run({ deps }, { id }) {
      const domain = await setUpDomain(deps, id);
      const { entityId, acsUrl, sloUrl, metadataUrl } = serviceProviderDetails(domain);
      const text = list([
        ['EntityID', entityId],
        ['ACS URL', acsUrl],
        ['SLO URL', sloUrl],
        ['Metadata URL', metadataUrl],
      ]);
      return { json: await asJson(deps, domain), text };
    },
  }),
  command({
    name: 'domain set',
    operands: [domain],
    summary: 'Set the Default Provider, Auto Login, EntityID and ACS path of a domain.',
    options: {
      default: namedOr('none', provider, 'The Default Provider (id, name or EntityID), or none.'),
      autoLogin: autoLoginOption,
      entityId: text('URI', 'Its own EntityID, such as that of a product you move from. Empty: the default.'),
      acsPath: text('PATH', 'Its own ACS path, besides /saml/acs. Empty: none.'),
    },
    async run({ deps, options }, before) {
      const { default: provider, autoLogin, ...own } = options;
      if (Object.keys(options).length === 0)
        throw new UsageError('Specify --default IDP, --auto-login on|off|pause, --entity-id URI or --acs-path PATH.');
      if (provider === null && autoLogin === true) throw new UsageError('Auto Login needs a Default Provider.');
      const { id, url } = before;
      const warnings = await inOneTransaction(deps, async (deps) => {
        const changed = Object.keys(own).length === 0 ? [] : await changeOwn(deps, before, own);
        if (provider !== undefined) await setDefaultProvider(deps, id, provider?.id);
        if (autoLogin === 'pause') await pauseAutoLogin(deps, id);
        else if (autoLogin !== undefined) await setAutoLogin(deps, id, autoLogin);
        return changed;
      });
      const changed = await getDomain(deps.store.db, id);
      if (changed.autoLogin && (autoLogin === true || changed.defaultProviderId !== before.defaultProviderId))
        warnings.push(...(await untestedWarning(deps, changed)));
      return { json: await asJson(deps, changed), text: `Saved ${url}.`, warnings };
    },
  }),
  command({
    name: 'domain list',
    summary: 'List the domains.',
    async run({ deps }) {
      const domains = await listDomains(deps.store.db);
      const json = await Promise.all(domains.map((domain) => asJson(deps, domain)));
      const rows = json.map((domain) => ({
        DOMAIN: domain.url,
        STATE: domain.setUpAt === null ? 'not set up' : 'set up',
        'DEFAULT PROVIDER': domain.defaultProvider?.name,
        'AUTO LOGIN': autoLoginText(domain),
      }));
      return { json, text: table(rows, 'There are no domains.') };
    },
  }),
  command({
    name: 'domain remove',
    operands: [domain],
    summary: 'Remove a domain and its signing key.',
    async run({ deps }, { id }) {
      const removed = await removeDomain(deps, id);
      return { json: await asJson(deps, removed), text: `Removed ${removed.url}.` };
    },
  }),
];

/** Saves what a domain has of its own. Returns warnings if identity providers may know other values. */
async function changeOwn(deps: Deps, before: Domain, given: Partial<OwnDetails>): Promise<string[]> {
  const { entityId = before.spEntityId ?? '', acsPath = before.acsPath ?? '' } = given;
  const { setUpAt, ...changed } = accepted(await saveOwnDetails(deps, before.id, { entityId, acsPath }), optionName);
  return setUpAt === null ? [] : changesOfDetails(before, changed).map(warningOf);
}

function warningOf({ label, before, after }: DetailsChange): string {
  return `The ${label} was ${before} and is now ${after}. Logins fail until the identity provider knows it.`;
}

async function untestedWarning({ store }: Deps, domain: Domain): Promise<string[]> {
  const provider = await getProvider(store.db, domain.defaultProviderId ?? '');
  if (isProven(await testedOf(store.db, domain, provider))) return [];
  return [
    `No Test login with ${provider.name} has passed at ${domain.url} as it is saved. Test it: anteroom idp test ${provider.id}`,
  ];
}

function autoLoginText({ autoLoginPausedAt, autoLogin, defaultProvider }: Awaited<ReturnType<typeof asJson>>): string {
  if (autoLoginPausedAt !== null) return 'paused';
  if (!autoLogin) return 'off';
  return defaultProvider?.enabled ? 'on' : 'on, but its provider is disabled';
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
