import type { VerifyContext } from '../../../src/saml/verify/verdict.ts';
import { domain, domainNext, ecProvider, provider, providerNext } from './keys.ts';

/** The moment of the tests: all messages are issued ten seconds before it. */
export const NOW = Date.UTC(2026, 0, 15, 12, 0, 0);
export const ENTITY_ID = 'https://intranet.acme.com/saml/metadata';
export const ACS_URL = 'https://intranet.acme.com/saml/acs';
export const IDP = 'https://idp.example.com/metadata';
export const REQUEST_ID = '_request0001';

/** What the tests judge against; `changes` are laid over it, those of `provider` one by one. */
export function contextWith(
  changes: Partial<Omit<VerifyContext, 'provider'>> & { provider?: Partial<VerifyContext['provider']> } = {},
): VerifyContext {
  return {
    entityId: ENTITY_ID,
    acsUrl: ACS_URL,
    now: NOW,
    decryptionKeys: [domainNext.privateKey, domain.privateKey],
    request: { id: REQUEST_ID, forceAuthn: false, issuedAt: NOW - 60_000 },
    ...changes,
    provider: {
      entityId: IDP,
      signingKeys: [providerNext.publicKey, provider.publicKey, ecProvider.publicKey],
      clockSkewMs: 60_000,
      allowSha1: false,
      idpInitiated: false,
      subjectAttribute: undefined,
      ...changes.provider,
    },
  };
}
