import { generateServiceProviderMetadata, SAML, type SamlConfig } from '@node-saml/passport-saml';
import type { MetadataKeys, SigningKey } from '../../federation/domainKeys.ts';
import { HTTP_POST, HTTP_REDIRECT } from '../../federation/metadata/provider.ts';
import { singleSignOnFor } from '../../federation/providers.ts';
import { defaultAcsUrl, serviceProviderDetails } from '../../federation/serviceProvider.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { type SentMessage, sentTo } from './bindings.ts';
import { takesLoginHint, withLoginHint, withSubject } from './loginHint.ts';

const REFRESH = 'P1D'; // how long providers that poll may keep the metadata (saml-metadata 2.3.2)

/** The ID that the SAML response must name, a random token without a meaning outside, and the e-mail address that the person typed first. */
type NewRequest = { id: string; relayState: string; forceAuthn: boolean; loginHint?: string | undefined };

/**
 * Creates an AuthnRequest (saml-core 3.4.1) for the HTTP-Redirect or HTTP-POST binding. The library writes it, without a signature: it knows
 * no Subject, which must be signed too.
 */
export async function createAuthnRequest(
  domain: Domain,
  provider: IdentityProvider,
  key: SigningKey | undefined,
  request: NewRequest,
): Promise<SentMessage> {
  const { settings } = provider;
  const url = singleSignOnFor(provider, settings.requestBinding);
  if (!url) throw new Error(`${provider.entityId} has no endpoint for ${settings.requestBinding}`);
  const { relayState, loginHint } = request;
  const created = await writeRequest(domain, provider, url, request);
  const inUrl = takesLoginHint(url);
  const xml = loginHint !== undefined && settings.sendSubject && !inUrl ? withSubject(created, loginHint) : created;
  const message = { parameter: 'SAMLRequest', xml, relayState } as const;
  const sent = sentTo({ binding: settings.requestBinding, url }, message, settings.signRequests ? key : undefined);
  return loginHint !== undefined && inUrl ? { ...sent, url: withLoginHint(sent.url, loginHint) } : sent;
}

async function writeRequest(
  domain: Domain,
  { settings, facts }: IdentityProvider,
  url: string,
  { id, relayState, forceAuthn }: NewRequest,
): Promise<string> {
  const saml = new SAML({
    ...optionsFor(domain, undefined, settings.spEntityId),
    entryPoint: url,
    idpCert: facts.certificates[0]?.pem ?? '',
    generateUniqueId: () => id,
    forceAuthn,
    identifierFormat: settings.nameIdPolicy === '' ? null : settings.nameIdPolicy,
    disableRequestedAuthnContext: settings.authnContexts.length === 0,
    authnContext: settings.authnContexts,
    skipRequestCompression: true,
  });
  const { SAMLRequest } = await saml.getAuthorizeMessageAsync(relayState);
  return Buffer.from(String(SAMLRequest), 'base64').toString();
}

/**
 * Returns the metadata of a domain's service provider (saml-metadata 2.4.4), without keys before the domain is set up. It does not expire,
 * because providers keep files of it.
 * @param described.spEntityId what a provider knows the domain by, '' for its EntityID
 */
export function createMetadata(
  domain: Domain,
  keys: MetadataKeys | undefined,
  { signsRequests, spEntityId }: { signsRequests: boolean; spEntityId: string },
): string {
  const xml = generateServiceProviderMetadata({
    ...optionsFor(domain, keys, spEntityId),
    identifierFormat: null,
    wantAssertionsSigned: true,
    publicCerts: keys?.forSigning ?? null,
    ...(keys ? { decryptionPvk: keys.privateKey, decryptionCert: keys.forEncryption } : {}),
    // The same ID every time: some providers compare the metadata.
    generateUniqueId: () => `_${domain.id}`,
  });
  const other = defaultAcsUrl(domain);
  const { sloUrl } = serviceProviderDetails(domain);
  const logout = [HTTP_REDIRECT, HTTP_POST].map(
    (binding) => `<SingleLogoutService Binding="${binding}" Location="${sloUrl}"/>`,
  );
  const second = `<AssertionConsumerService index="2" Binding="${HTTP_POST}" Location="${other}"/>`;
  return xml
    .replace('<EntityDescriptor ', `<EntityDescriptor cacheDuration="${REFRESH}" `)
    .replace('AuthnRequestsSigned="true"', `AuthnRequestsSigned="${signsRequests}"`)
    .replace(
      /<AssertionConsumerService [^>]*>/,
      (first) => logout.join('') + (other === undefined ? first : `${first}${second}`),
    );
}

function optionsFor(domain: Domain, key: SigningKey | undefined, spEntityId: string) {
  const { entityId, acsUrl } = serviceProviderDetails(domain, spEntityId);
  const signing = key ? { privateKey: key.privateKey, publicCert: key.certificate } : {};
  return {
    issuer: entityId,
    callbackUrl: acsUrl,
    signatureAlgorithm: 'sha256',
    digestAlgorithm: 'sha256',
    ...signing,
  } satisfies Partial<SamlConfig>;
}
