import { z } from 'zod';
import { type Checked, type FieldErrors, fieldErrors, invalid } from '../errors.ts';
import { personSections } from './attribute.ts';
import { personAttributes } from './attributes.ts';

/** The types of custom attributes, as screens name them. */
export const typeLabels = {
  text: 'Text',
  number: 'Number',
  date: 'Date',
  choice: 'Choice',
  link: 'Link',
  person: 'Person',
} as const;

/** Who sees an attribute on the profile page. Power Users see all of them. */
export const audienceLabels = {
  everyone: 'Everyone',
  self: 'The person and Power Users',
  powerUsers: 'Power Users',
} as const;

const customTypes = Object.keys(typeLabels) as (keyof typeof typeLabels)[];
const audiences = Object.keys(audienceLabels) as (keyof typeof audienceLabels)[];
const sections = Object.keys(personSections) as (keyof typeof personSections)[];
/** The SCIM extension of the custom attributes. */
export const CUSTOM_URN = 'urn:ietf:params:scim:schemas:extension:anteroom:2.0:User';

const MAX_CHOICES = 200;
const MAX_CHOICE = 100;

/** Names in SCIM that no entry of the table has (RFC 7643 2.4, 3.1, 4.1), and the words of filters (RFC 7644 3.4.2.2). */
const scimWords =
  'schemas id meta externalid password groups members name enterprise interact custom value display type primary ref ' +
  'and or not eq ne co sw ew gt ge lt le pr true false null';
/** Fields of forms that are no attributes, and names that every JavaScript object has. */
const technical = ['version', 'givesuppower', ...Object.getOwnPropertyNames(Object.prototype)];

const line = (most: number) =>
  z
    .string()
    .transform((text) => text.normalize('NFC').trim())
    .pipe(
      z
        .string()
        .max(most, `Use at most ${most} characters.`)
        .regex(/^\P{Cc}*$/u, 'Remove the control characters.'),
    );

const schema = z.object({
  name: z
    .string()
    .trim()
    .regex(/^[A-Za-z][A-Za-z0-9]{0,39}$/, 'Use 1 to 40 letters and digits, starting with a letter, such as costCode.'),
  label: line(60).pipe(z.string().min(1, 'Enter a label.')),
  section: z.enum(sections, 'Select a section.'),
  type: z.enum(customTypes, 'Select a type.'),
  choices: z
    .union([z.array(z.string()), z.string().transform((text) => text.split('\n'))])
    .transform((choices) => choices.map((choice) => choice.normalize('NFC').trim()).filter((choice) => choice !== ''))
    .pipe(
      z
        .array(
          z
            .string()
            .max(MAX_CHOICE, `Use at most ${MAX_CHOICE} characters for a choice.`)
            .regex(/^\P{Cc}*$/u, 'Remove the control characters.'),
        )
        .max(MAX_CHOICES, `Use at most ${MAX_CHOICES} choices.`),
    ),
  several: z.boolean(),
  visibleTo: z.enum(audiences, 'Select who sees it.'),
  selfEditable: z.boolean(),
  searchable: z.boolean(),
});

/** What a Power User decides about an attribute of the installation. */
export type Definition = z.infer<typeof schema>;

/** A custom attribute. The ID is its key in Profile.custom. */
export type CustomAttribute = Definition & { id: string };

/** Reads a definition. Errors are keyed by field. @param others the other attributes of the installation */
export function readDefinition(input: unknown, others: CustomAttribute[]): Checked<Definition> {
  const parsed = schema.safeParse(input);
  const entered = { ...(input as Definition), ...parsed.data };
  const errors = { ...conflictsIn(entered), ...nameErrors(entered, others) };
  if (!parsed.success) return invalid({ ...errors, ...fieldErrors(parsed.error) });
  if (Object.keys(errors).length > 0) return invalid(errors);
  const { type, choices } = parsed.data;
  return { ok: true, value: { ...parsed.data, choices: type === 'choice' ? choices : [] } };
}

/** Returns what does not go together. The input may be invalid in other ways. */
function conflictsIn({ type, choices, searchable, selfEditable, visibleTo }: Definition): FieldErrors {
  const errors: FieldErrors = {};
  const listed = Array.isArray(choices) ? choices.map((choice) => String(choice).toLowerCase()) : [];
  if (type === 'choice' && choices.length === 0) errors.choices = 'Enter at least one choice.';
  if (type === 'choice' && new Set(listed).size < listed.length) errors.choices = 'Enter each choice once.';
  if (searchable && visibleTo !== 'everyone')
    errors.searchable = 'Only what everyone sees can be searched: results would reveal the values.';
  if (searchable && type === 'person') errors.searchable = 'A reference to a person cannot be searched.';
  if (selfEditable && visibleTo === 'powerUsers') errors.selfEditable = 'People cannot change what they do not see.';
  return errors;
}

function nameErrors({ name }: Definition, others: CustomAttribute[]): FieldErrors {
  const key = String(name).trim().toLowerCase();
  if (others.some((other) => other.name.toLowerCase() === key))
    return { name: `There is already an attribute ${name}. Choose another name.` };
  if (reservedNames().has(key))
    return { name: `${name} is the name of a standard attribute or a word of SCIM. Choose another name.` };
  return {};
}

function reservedNames(): Set<string> {
  const standard = personAttributes.flatMap(({ name, path, aliases = [], csv, scim: { alias = '' } }) => [
    name,
    ...path.split('.'),
    ...aliases,
    ...csv.flatMap(({ header, aliases: more = [] }) => [header, ...more]),
    alias,
  ]);
  return new Set([...standard, ...scimWords.split(' '), ...technical].map((name) => name.toLowerCase()));
}
