import type { Request } from 'express';
import { type ProviderInput, providerInputOf } from '../federation/providerInput.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { field, ticked } from '../web/form.ts';

/** What stands in the fields of the Edit screen: text as typed, and boxes. */
export type Entered = { [Name in keyof ProviderInput]: ProviderInput[Name] extends boolean ? boolean : string };

/** The fields by what the screen calls them, in its order. */
export const labels: Record<keyof ProviderInput, string> = {
  name: 'name',
  showButton: 'button on the Log-In screen',
  buttonOrder: 'order of the buttons',
  match: 'matched with',
  matchAttribute: 'attribute that names the person',
  emailDomains: 'allowed e-mail domains',
  idpInitiated: 'launching from the provider',
  nameIdPolicy: 'NameID format',
  authnContexts: 'authentication contexts',
  forceAuthn: 'fresh log-in',
  signRequests: 'signed requests',
  requestBinding: 'binding of requests',
  clockSkewSeconds: 'clock skew',
  allowSha1: 'SHA-1 signatures',
};

const boxes = ['showButton', 'idpInitiated', 'forceAuthn', 'signRequests', 'allowSha1'] as const;
const names = Object.keys(labels) as (keyof ProviderInput)[];

/** What the form sent. */
export function enteredIn(req: Request): Entered {
  const isBox = (name: string) => (boxes as readonly string[]).includes(name);
  return Object.fromEntries(names.map((name) => [name, isBox(name) ? ticked(req, name) : field(req, name)])) as Entered;
}

/** What is stored, as the form shows it. */
export function enteredOf(provider: IdentityProvider): Entered {
  const { emailDomains, authnContexts, buttonOrder, clockSkewSeconds, ...rest } = providerInputOf(provider);
  return {
    ...rest,
    emailDomains: emailDomains.join(', '),
    authnContexts: authnContexts.join(' '),
    buttonOrder: String(buttonOrder),
    clockSkewSeconds: String(clockSkewSeconds),
  };
}

/** What was changed, in the words of the screen. */
export function changedLabels(before: IdentityProvider, after: IdentityProvider): string[] {
  const [was, is] = [enteredOf(before), enteredOf(after)];
  return names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
}
