import { z } from 'zod';
import { type Checked, fieldErrors, invalid } from '../errors.ts';
import type { IdentityProvider, ProviderSettings } from '../store/identityProviders.ts';

const list = z
  .union([z.array(z.string()), z.string().transform((value) => value.split(/[\s,;]+/))])
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

const uri = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/, 'Enter a URI, such as urn:oasis:names:tc:SAML:2.0:ac:classes:Password.');

const schema = z.object({
  name: z
    .string()
    .trim()
    .min(1, 'Enter a name: it stands on the button.')
    .max(64, 'Use at most 64 characters.')
    .regex(/^\P{Cc}*$/u, 'Control characters are not allowed here.'),
  showButton: z.boolean(),
  buttonOrder: z.coerce
    .number('Enter a number.')
    .int('Enter a whole number.')
    .min(0, 'Enter 0 or more.')
    .max(999, 'Enter at most 999.'),
  match: z.enum(['userNameOrEmail', 'userName', 'email', 'externalId'], 'Choose one of the four.'),
  matchAttribute: z.string().trim().max(512, 'Use at most 512 characters.'),
  emailDomains: list.pipe(
    z.array(
      z
        .string()
        .toLowerCase()
        .regex(/^@?([a-z0-9-]+\.)+[a-z0-9-]+$/, 'Enter domains such as acme.com, separated by commas.')
        .transform((value) => value.replace(/^@/, '')),
    ),
  ),
  idpInitiated: z.boolean(),
  nameIdPolicy: z.union([z.literal(''), uri]),
  authnContexts: list.pipe(z.array(uri).max(10, 'Enter at most ten.')),
  forceAuthn: z.boolean(),
  signRequests: z.boolean(),
  requestBinding: z.enum(['redirect', 'post'], 'Choose Redirect or POST.'),
  clockSkewSeconds: z.coerce
    .number('Enter a number of seconds.')
    .int('Enter a whole number of seconds.')
    .min(0, 'Enter 0 or more.')
    .max(300, 'Enter at most 300: a larger difference wants a clock that is set.'),
  allowSha1: z.boolean(),
});

/** Everything that the Edit screen of an identity provider holds. */
export type ProviderInput = z.infer<typeof schema>;

/** Checks what was entered on the Edit screen, or in its words on the command line; the fields stand under their own names. */
export function readProviderInput(input: unknown): Checked<ProviderInput> {
  const parsed = schema.safeParse(input);
  return parsed.success ? { ok: true, value: parsed.data } : invalid(fieldErrors(parsed.error));
}

/** A provider's fields as the Edit screen shows them. */
export function providerInputOf(provider: IdentityProvider): ProviderInput {
  const { name, showButton, buttonOrder, settings } = provider;
  return { name, showButton, buttonOrder, ...settings };
}

/** How a provider is dealt with until a Power User says otherwise. */
export const initialSettings: ProviderSettings = {
  match: 'userNameOrEmail',
  matchAttribute: '',
  emailDomains: [],
  idpInitiated: true,
  nameIdPolicy: '',
  authnContexts: [],
  forceAuthn: false,
  signRequests: true,
  requestBinding: 'redirect',
  clockSkewSeconds: 60,
  allowSha1: false,
};
