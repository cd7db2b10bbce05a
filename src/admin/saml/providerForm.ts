import type { Request } from 'express';
import { type ProviderInput, providerInputOf } from '../../federation/providers.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { field, ticked } from '../../web/form.ts';

/** The bindings of login requests, with their labels. */
export const bindings = [
  ['redirect', 'HTTP-Redirect'],
  ['post', 'HTTP-POST'],
] as const;

const nameIdLabels = {
  '': 'Not requested',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress': 'E-mail address',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:persistent': 'Persistent: one value that never changes',
  'urn:oasis:names:tc:SAML:2.0:nameid-format:transient': 'Transient: a new value each time',
  'urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified': 'Unspecified: the provider decides',
};

/** Returns the usual NameID formats and others of a provider as [value, label]. */
export function nameIdOptions(formats: string[]): [string, string][] {
  const others = [...new Set(formats)].filter((format) => !Object.hasOwn(nameIdLabels, format));
  return [...Object.entries(nameIdLabels), ...others.map((format): [string, string] => [format, format])];
}

/** The fields of the form: text as typed, and boxes. */
export type Entered = { [Name in keyof ProviderInput]: ProviderInput[Name] extends boolean ? boolean : string };

/** The labels of the fields, in the order of the screen. */
const labels: Record<keyof ProviderInput, string> = {
  name: 'name',
  showButton: 'button on the Log-In screen',
  buttonOrder: 'button order',
  match: 'matched with',
  matchAttribute: 'attribute',
  emailDomains: 'allowed e-mail domains',
  idpInitiated: 'logins from the provider',
  nameIdPolicy: 'NameID format',
  authnContexts: 'authentication contexts',
  forceAuthn: 'fresh login',
  signRequests: 'signed requests',
  requestBinding: 'binding of requests',
  clockSkewSeconds: 'clock skew',
  allowSha1: 'SHA-1 signatures',
  spEntityId: 'EntityID of the intranet',
  sendSubject: 'Subject',
  singleLogout: 'single logout',
  refresh: 'refresh of the metadata',
  metadataSigners: 'certificate for the metadata',
};

const boxes: ReadonlySet<string> = new Set([
  'showButton',
  'idpInitiated',
  'forceAuthn',
  'signRequests',
  'allowSha1',
  'sendSubject',
  'singleLogout',
]);
const names = Object.keys(labels) as (keyof ProviderInput)[];

/** Returns what was entered in the form. */
export function enteredIn(req: Request): Entered {
  return Object.fromEntries(
    names.map((name) => [name, boxes.has(name) ? ticked(req, name) : field(req, name)]),
  ) as Entered;
}

/** Returns the form of a provider. */
export function enteredOf(provider: IdentityProvider): Entered {
  const input = providerInputOf(provider);
  const text = (value: string | number | string[]) => (Array.isArray(value) ? value.join(', ') : String(value));
  return Object.fromEntries(
    names.map((name) => [name, typeof input[name] === 'boolean' ? input[name] : text(input[name])]),
  ) as Entered;
}

/** Returns the labels of the fields in which two forms differ. */
export function changedLabels(was: Entered, is: Entered): string[] {
  return names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
}
