import type { Request } from 'express';
import { type AttributeList, type PersonAttribute, personSections, type UserAttributes } from '../people/attribute.ts';
import { addressParts } from '../people/contact.ts';
import { type FormLine, type FormValue, type PersonInput, personInputOf } from '../people/form.ts';
import { type Editor, type Locks, offeredTo } from '../people/ownership.ts';
import { pictureType } from '../people/picture.ts';
import type { ProfileSource } from '../store/profileSources.ts';
import { field, fieldValues, file, ticked } from './form.ts';

const MAX_LINES = 100;

/** A section of a person's form: the fields, and what profile sources own, by source. */
export type FormSection = {
  title: string;
  attributes: PersonAttribute[];
  owned: { source: ProfileSource; attributes: PersonAttribute[] }[];
};

/** Returns the sections of a person's form that have something for an editor. */
export function formSections(editor: Editor, attributes: AttributeList, locks: Locks): FormSection[] {
  const all = offeredTo(editor, attributes);
  return Object.entries(personSections).flatMap(([id, title]) => {
    const offered = all.filter(({ section }) => section === id);
    const owned = Map.groupBy(
      offered.filter(({ name }) => locks.has(name)),
      ({ name }) => locks.get(name),
    );
    const section = {
      title,
      attributes: offered.filter(({ name }) => !locks.has(name)),
      owned: [...owned].flatMap(([source, attributes]) => (source ? [{ source, attributes }] : [])),
    };
    return offered.length > 0 ? [section] : [];
  });
}

/** Returns what a browser sent for some attributes of a person. All others are as they were. */
export function personInputIn(
  req: Request,
  sent: AttributeList,
  before: UserAttributes,
  attributes: AttributeList,
): PersonInput {
  const known = personInputOf(before, attributes);
  const values = sent.map((one) => [one.name, one.type === 'photo' ? photoIn(req, one, known) : valueIn(req, one)]);
  return { ...known, ...Object.fromEntries(values) };
}

function valueIn(req: Request, { name, type, custom }: PersonAttribute): FormValue {
  if (custom?.several) return withoutCarriageReturns(fieldValues(req, name).join('\n'));
  switch (type) {
    case 'boolean':
      return ticked(req, name);
    case 'list':
      return linesIn(req, name, ['value', 'type'])
        .map((line, index) => (field(req, `${name}.primary`) === String(index) ? { ...line, primary: 'yes' } : line))
        .filter(({ value }) => value !== '');
    case 'addresses':
      return linesIn(req, name, addressParts).filter(({ type: _, ...parts }) => Object.values(parts).some(Boolean));
    default:
      return withoutCarriageReturns(field(req, name));
  }
}

/** A picture is uploaded as a file, removed, or kept; the form of Power Users has its text instead. */
function photoIn(req: Request, { name }: PersonAttribute, known: PersonInput): FormValue {
  const picture = file(req, `${name}.file`);
  if (picture)
    return `data:${pictureType(picture) ?? 'application/octet-stream'};base64,${Buffer.from(picture).toString('base64')}`;
  if (ticked(req, `${name}.kept`)) return ticked(req, `${name}.remove`) ? '' : (known[name] ?? '');
  return field(req, name).trim();
}

/** The form sends how many lines it has. */
function linesIn(req: Request, name: string, parts: readonly string[]): FormLine[] {
  const count = Math.min(Number(field(req, `${name}.lines`)) || 0, MAX_LINES);
  const partIn = (index: number, part: string) => withoutCarriageReturns(field(req, `${name}.${index}.${part}`)).trim();
  return Array.from({ length: count }, (_, index) =>
    Object.fromEntries(parts.map((part) => [part, partIn(index, part)])),
  );
}

/** Browsers send line breaks as CR LF. */
function withoutCarriageReturns(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
