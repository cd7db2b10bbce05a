import { X509Certificate } from 'node:crypto';
import { z } from 'zod';
import { nameIdFormats } from '../directory/applications.ts';
import { isPropertyKey } from '../directory/properties.ts';
import { placeholder } from '../directory/templates.ts';
import type { AttributeMapping, SsoSettings } from '../directory/types.ts';
import { checkbox, fieldErrors, line, list } from '../web/fields.ts';

/** The form as typed: everything is text, so that invalid input can be shown again. */
export type SsoForm = Omit<SsoSettings, 'attributes' | 'status'> & {
  status: string;
  attributes: { name: string; property: string }[];
};

const url = (missing: string) =>
  line.pipe(
    z
      .string()
      .min(1, missing)
      .refine((text) => !text.includes(placeholder), `Replace ${placeholder} with the address of the application.`)
      .refine(isWebUrl, 'Enter a URL that starts with https:// or http://.'),
  );

const typed = z.object({
  action: z.string().default('save'),
  status: line,
  spEntityId: line,
  acsUrl: line,
  sloUrl: line,
  spCertificate: z.string().max(20_000).default(''),
  wantSignedRequests: checkbox,
  defaultRelayState: line,
  nameId: z.enum(['email', 'username', 'employeeIdentifier']).catch('email'),
  nameIdFormat: z.enum(Object.values(nameIdFormats)).catch(nameIdFormats.unspecified),
  sign: z.enum(['assertion', 'response', 'both']).catch('assertion'),
  attributeName: list,
  attributeProperty: list,
  groupAttribute: line,
});

const complete = z.object({
  spEntityId: line.pipe(
    z
      .string()
      .min(1, 'Enter the EntityID of the application.')
      .refine((text) => !text.includes(placeholder), `Replace ${placeholder} with the address of the application.`),
  ),
  acsUrl: url('Enter the ACS URL of the application.'),
  sloUrl: z.union(
    [z.literal(''), url('')],
    'Enter a URL that starts with https:// or http://, or leave the field empty.',
  ),
  spCertificate: z.string().refine((text) => !text || isCertificate(text), 'Paste a certificate in PEM format.'),
  attributes: z.array(
    z.object({
      name: line.pipe(z.string().min(1, 'Enter a name for each attribute, or remove it.')),
      property: z.string().refine(isPropertyKey, 'Select a property for each attribute.'),
    }),
  ),
});

/** Returns the settings as the form shows them. */
export function writeSsoForm(settings: SsoSettings): SsoForm {
  return { ...settings, attributes: settings.attributes.map((attribute) => ({ ...attribute })) };
}

/**
 * Reads the submitted form: the input as typed, the button pressed, and the settings if they are valid.
 * @param body of the request; `action` is save, add, activate, deactivate, or remove:N for attribute row N
 */
export function readSsoForm(body: unknown): {
  form: SsoForm;
  action: string;
  settings: SsoSettings | undefined;
  errors: Record<string, string>;
} {
  const { action, attributeName, attributeProperty, ...fields } = typed.parse(body ?? {});
  const rows = attributeName.map((name, index) => ({ name: name.trim(), property: attributeProperty[index] ?? '' }));
  const form = applyAction({ ...fields, attributes: rows }, action);
  const checked = complete.safeParse(form);
  const status = form.status === 'inactive' ? 'inactive' : 'active';
  if (!checked.success) return { form, action, settings: undefined, errors: fieldErrors(checked.error) };
  const attributes: AttributeMapping[] = checked.data.attributes.map(({ name, property }) => {
    return { name, property: isPropertyKey(property) ? property : 'email' };
  });
  return { form, action, settings: { ...form, ...checked.data, attributes, status }, errors: {} };
}

function applyAction(form: SsoForm, action: string): SsoForm {
  if (action === 'add') return { ...form, attributes: [...form.attributes, { name: '', property: 'email' }] };
  if (action === 'deactivate') return { ...form, status: 'inactive' };
  if (action === 'activate') return { ...form, status: 'active' };
  const removed = /^remove:(\d+)$/.exec(action)?.[1];
  return { ...form, attributes: form.attributes.filter((_, index) => String(index) !== removed) };
}

function isWebUrl(text: string): boolean {
  return URL.canParse(text) && ['http:', 'https:'].includes(new URL(text).protocol);
}

function isCertificate(text: string): boolean {
  try {
    return Boolean(new X509Certificate(text));
  } catch {
    return false;
  }
}
