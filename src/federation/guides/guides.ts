import type { Domain } from '../../store/domains.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { serviceProviderDetails } from '../serviceProvider.ts';
import { adfs } from './adfs.ts';
import { auth0 } from './auth0.ts';
import { entra } from './entra.ts';
import { google } from './google.ts';
import type { GuideField, GuideForm, ProviderGuide } from './guide.ts';
import { jumpcloud } from './jumpcloud.ts';
import { keycloak } from './keycloak.ts';
import { okta } from './okta.ts';
import { onelogin } from './onelogin.ts';
import { other } from './other.ts';
import { pingone } from './pingone.ts';
import { shibboleth } from './shibboleth.ts';

/** The products with a guide, and at the end the guide for any other. */
export const guides: readonly ProviderGuide[] = [
  jumpcloud,
  okta,
  entra,
  google,
  keycloak,
  adfs,
  onelogin,
  pingone,
  auth0,
  shibboleth,
  other,
];

/** What is the same for every provider: what Anteroom expects of it, and what it sends. */
export const expectations: readonly [title: string, text: string][] = [
  ['SAML response', 'By HTTP-POST, at most 256 KB.'],
  ['Signature', 'The assertion, the response or both, with SHA-256 or better.'],
  ['NameID', 'The user name or an e-mail address of a person in the People Directory. The format does not matter.'],
  ['Attributes', 'None are needed. One of them can name the person instead of the NameID.'],
  ['Encryption', 'Optional: AES-GCM or AES-CBC with RSA-OAEP, for the certificate of the domain.'],
  [
    'Login requests',
    'Signed with RSA-SHA256, by HTTP-Redirect or HTTP-POST. The certificate of the domain verifies them.',
  ],
  ['RelayState', 'May be a path of the intranet, such as /people. Otherwise, the home page opens.'],
  [
    'Single logout',
    'Optional, by HTTP-Redirect or HTTP-POST: the SLO URL and the certificate of the domain. Logout messages must be signed.',
  ],
];

/** The values of a domain that a guide can name in braces. */
export type SetupValues = {
  entityId: string;
  acsUrl: string;
  acsPattern: string; // a regular expression that matches the ACS URL alone
  metadataUrl: string;
  sloUrl: string;
  homeUrl: string;
  host: string;
};

/** Returns the guide with an ID. */
export function findGuide(id: string): ProviderGuide | undefined {
  return guides.find((guide) => guide.id === id);
}

/** Returns the guide for an identity provider, by its EntityID and URLs, or undefined if its product is not known. */
export function guideOf(
  provider: Pick<IdentityProvider, 'entityId' | 'metadataUrl'> & {
    facts: Pick<IdentityProvider['facts'], 'singleSignOn'>;
  },
): ProviderGuide | undefined {
  const known = [
    provider.entityId,
    provider.metadataUrl ?? '',
    ...provider.facts.singleSignOn.map(({ location }) => location),
  ];
  return guides.find(({ recognizedBy }) => known.some((text) => recognizedBy.test(text)));
}

/** Returns the values of a domain, as a provider knows it that has an EntityID of its own for it (`ofProvider`). */
export function setupValues(domain: Pick<Domain, 'url' | 'spEntityId' | 'acsPath'>, ofProvider = ''): SetupValues {
  const { entityId, acsUrl, sloUrl, metadataUrl } = serviceProviderDetails(domain, ofProvider);
  const acsPattern = `^${acsUrl.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}$`;
  return { entityId, acsUrl, acsPattern, sloUrl, metadataUrl, homeUrl: domain.url, host: new URL(domain.url).host };
}

/** A field as it is shown: what goes into it, whether that is to be copied, and whether it is a file to download. */
export type FilledField = {
  label: string;
  kind: 'text' | 'code' | 'choice' | 'box' | 'file' | 'empty';
  text: string;
  copy: boolean;
  file?: 'certificate' | 'metadata';
  note?: string;
};

export type FilledForm = Omit<GuideForm, 'fields'> & { drawing: string; alt: string; fields: FilledField[] };

/** Returns the forms of a guide with the values of a domain. */
export function fillIn(guide: ProviderGuide, values: SetupValues): FilledForm[] {
  return guide.forms.map((form, index) => ({
    ...form,
    drawing: drawingOf(guide, index),
    alt: `Drawing of the form “${form.title}” of ${guide.name}: ${form.fields.map(({ label }, at) => `${at + 1} ${label}`).join(', ')}.`,
    fields: form.fields.map((field) => filled(field, values)),
  }));
}

/** Returns the name of the drawing of a form, in public/guides/. */
export function drawingOf({ id }: ProviderGuide, index: number): string {
  return `${id}-${index + 1}.svg`;
}

const files = { certificate: 'the certificate of this domain', metadata: 'the metadata file of this domain' };

function filled(field: GuideField, values: SetupValues): FilledField {
  const { label } = field;
  const shared = { label, copy: false, ...(field.note === undefined ? {} : { note: field.note }) };
  if ('enter' in field) return { ...shared, kind: 'text', text: withValues(field.enter, values), copy: true };
  if ('code' in field) return { ...shared, kind: 'code', text: withValues(field.code, values), copy: true };
  if ('choose' in field) return { ...shared, kind: 'choice', text: field.choose };
  if ('tick' in field) return { ...shared, kind: 'box', text: field.tick ? 'on' : 'off' };
  if ('file' in field) return { ...shared, kind: 'file', text: files[field.file], file: field.file };
  return { ...shared, kind: 'empty', text: 'leave empty' };
}

/** Replaces the names in braces. A brace of another kind, as in JSON, stays. */
function withValues(text: string, values: SetupValues): string {
  return text.replace(/\{(\w+)\}/g, (braced, name: string) =>
    Object.hasOwn(values, name) ? values[name as keyof SetupValues] : braced,
  );
}
