import type { Db } from '../db/open.ts';
import type { Domain } from '../store/domains.ts';
import { findProviderAt, type IdentityProvider } from '../store/identityProviders.ts';
import { type Tested, testedOf } from './loginTests.ts';

/**
 * How far a provider is at a domain: configured (the domain is set up and uses it), tested, and active (people can log in with it).
 * `inactive` and `notConfigured` say why not.
 */
export type ProviderState = {
  configured: boolean;
  notConfigured: string | undefined;
  tested: Tested;
  active: boolean;
  inactive: string | undefined;
  inWords: [configured: string, tested: string, active: string];
};

/** Returns how far a provider is at a domain. */
export async function stateOfProvider(db: Db, domain: Domain, provider: IdentityProvider): Promise<ProviderState> {
  const isUsed = (await findProviderAt(db, domain.id, provider.id)) !== undefined;
  const { host } = new URL(domain.url);
  const notConfigured = !isUsed ? `not used at ${host}` : domain.setUpAt === null ? `${host} is not set up` : undefined;
  const inactive = notConfigured ?? (provider.enabled ? withoutWay(domain, provider) : 'disabled');
  const tested = await testedOf(db, domain, provider);
  return {
    ...{ configured: notConfigured === undefined, notConfigured, tested, active: inactive === undefined, inactive },
    inWords: inWords(notConfigured, tested, inactive),
  };
}

function withoutWay({ defaultProviderId }: Domain, { id, showButton, settings }: IdentityProvider): string | undefined {
  const hasWay = showButton || defaultProviderId === id || settings.idpInitiated;
  return hasWay ? undefined : 'no button, and not the Default Provider';
}

function inWords(
  notConfigured: string | undefined,
  { state, worked }: Tested,
  inactive: string | undefined,
): ProviderState['inWords'] {
  const untested = worked ? 'Logins have worked' : 'Not tested';
  return [
    notConfigured === undefined ? 'Configured' : `Not configured: ${notConfigured}`,
    state === 'current' ? 'Tested' : state === 'changed' ? 'Tested before the last change' : untested,
    inactive === undefined ? 'Active' : `Not active: ${inactive}`,
  ];
}
