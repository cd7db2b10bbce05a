import { createLogin, type LoginContext, runChecks } from '../../../src/saml/verify/check.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import type { ProviderSettings } from '../../../src/store/identityProviders.ts';
import { aProvider } from '../../support/rows.ts';
import { domain, domainNext, ecProvider, provider, providerNext } from './keys.ts';

/** The time of the tests: all messages are issued ten seconds earlier. */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);
export const ENTITY_ID = 'https://intranet.acme.com/saml/metadata';
export const ACS_URL = 'https://intranet.acme.com/saml/acs';
export const IDP = 'https://idp.example.com/metadata';
export const REQUEST_ID = '_request0001';

/** What a message is verified against. */
export type VerifyContext = Pick<
  LoginContext,
  'now' | 'entityId' | 'acsUrl' | 'provider' | 'signingKeys' | 'decryptionKeys' | 'expectedRequest' | 'defaultAcsUrl'
>;

type Changes = Partial<Omit<VerifyContext, 'provider'>> & {
  idpEntityId?: string;
  settings?: Partial<ProviderSettings>;
};

/** Returns the context of the tests with some changes. */
export function contextWith({ settings, idpEntityId = IDP, ...changes }: Changes = {}): VerifyContext {
  const idp = aProvider({ entityId: idpEntityId });
  return {
    entityId: ENTITY_ID,
    acsUrl: ACS_URL,
    now: NOW,
    provider: { ...idp, settings: { ...idp.settings, clockSkewSeconds: 60, idpInitiated: false, ...settings } },
    signingKeys: [providerNext.publicKey, provider.publicKey, ecProvider.publicKey],
    decryptionKeys: [domainNext.privateKey, domain.privateKey],
    expectedRequest: { id: REQUEST_ID, forceAuthn: false, issuedAt: NOW - 60_000 },
    ...changes,
  };
}

/** Runs the pure checks of the pipeline on a SAMLResponse field and returns what they found. */
export function verifyField(samlResponse: string, context: VerifyContext = contextWith()): LoginContext {
  const { entityId, acsUrl } = context;
  const login = createLogin({ domainId: '', secretOf: () => undefined, entityId, acsUrl });
  Object.assign(login, context, { samlResponse });
  runChecks(login, loginChecks.read);
  runChecks(login, loginChecks.verify);
  return login;
}
