import { generateServiceProviderMetadata, SAML, type SamlConfig } from '@node-saml/passport-saml';
import type { MetadataKeys } from '../../federation/domainKeys.ts';
import { singleSignOnFor } from '../../federation/providers.ts';
import { defaultAcsUrl, serviceProviderDetails } from '../../federation/serviceProvider.ts';
import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { fieldsFor, redirectFor } from './bindings.ts';
import { takesLoginHint, withLoginHint, withSubject } from './loginHint.ts';
import type { SigningKey } from './signXml.ts';

const HTTP_POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST';
const HTTP_REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect';
const REFRESH = 'P1D'; // how long providers that poll may keep the metadata (saml-metadata 2.3.2)

/** An AuthnRequest to send: a URL to redirect to, or with fields to post there. */
export type OutgoingRequest = { url: string; fields: Record<string, string> | undefined };

/** The ID that the SAML response must name, a random token without a meaning outside, and the e-mail address that the person typed first. */
type NewRequest = { id: string; relayState: string; forceAuthn: boolean; loginHint?: string | undefined };

/** Creates an AuthnRequest (saml-core 3.4.1) for the HTTP-Redirect or HTTP-POST binding (saml-bindings 3.4, 3.5). */
export async function createAuthnRequest(
  domain: Domain,
  provider: IdentityProvider,
  key: SigningKey | undefined,
  request: NewRequest,
): Promise<OutgoingRequest> {
  const { settings } = provider;
  const url = singleSignOnFor(provider, settings.requestBinding);
  if (!url) throw new Error(`${provider.entityId} has no endpoint for ${settings.requestBinding}`);
  const signingKey = settings.signRequests ? key : undefined;
  const { loginHint } = request;
  if (loginHint !== undefined && settings.sendSubject && !takesLoginHint(url)) {
    const xml = withSubject(await createXml(domain, provider, url, request), loginHint);
    const message = { parameter: 'SAMLRequest', xml, relayState: request.relayState } as const;
    return settings.requestBinding === 'redirect'
      ? { url: redirectFor(message, url, signingKey), fields: undefined }
      : { url, fields: fieldsFor(message, signingKey) };
  }
  const saml = new SAML(requestOptions(domain, provider, signingKey, url, request));
  const hinted = (to: string) => (loginHint !== undefined && takesLoginHint(url) ? withLoginHint(to, loginHint) : to);
  if (settings.requestBinding === 'redirect')
    return { url: hinted(await saml.getAuthorizeUrlAsync(request.relayState, undefined, {})), fields: undefined };
  const fields = await saml.getAuthorizeMessageAsync(request.relayState);
  return { url: hinted(url), fields: fields as Record<string, string> };
}

/** The library knows no Subject: it creates the request without a signature, which is added after the Subject. */
async function createXml(
  domain: Domain,
  provider: IdentityProvider,
  url: string,
  request: NewRequest,
): Promise<string> {
  const options = { ...requestOptions(domain, provider, undefined, url, request), skipRequestCompression: true };
  const { SAMLRequest } = await new SAML(options).getAuthorizeMessageAsync(request.relayState);
  return Buffer.from(String(SAMLRequest), 'base64').toString();
}

function requestOptions(
  domain: Domain,
  { settings, facts }: IdentityProvider,
  key: SigningKey | undefined,
  url: string,
  request: NewRequest,
) {
  return {
    ...optionsFor(domain, key, settings.spEntityId),
    entryPoint: url,
    idpCert: facts.certificates[0]?.pem ?? '',
    generateUniqueId: () => request.id,
    forceAuthn: request.forceAuthn,
    identifierFormat: settings.nameIdPolicy === '' ? null : settings.nameIdPolicy,
    disableRequestedAuthnContext: settings.authnContexts.length === 0,
    authnContext: settings.authnContexts,
    authnRequestBinding: settings.requestBinding === 'post' ? 'HTTP-POST' : 'HTTP-Redirect',
    skipRequestCompression: settings.requestBinding === 'post',
  } satisfies Partial<SamlConfig>;
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
