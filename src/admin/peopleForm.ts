import type { Request } from 'express';
import { type PersonText, personTextNames } from '../directory/personFields.ts';
import {
  type AddressLine,
  addressParts,
  type ListName,
  listNames,
  type PersonInput,
  type ValueLine,
} from '../directory/personInput.ts';
import { field, ticked } from '../web/form.ts';

const MAX_LINES = 100;

/** What was typed into the person's form. Empty lines of lists are left out; `manager` is what stands in the search for one. */
export function personInputIn(req: Request): PersonInput & { manager: string } {
  const texts = personTextNames.map((name) => [name, lineBreaks(field(req, name))]);
  return {
    texts: Object.fromEntries(texts) as Record<PersonText, string>,
    omitFromSearch: ticked(req, 'omitFromSearch'),
    forcePasswordReset: ticked(req, 'forcePasswordReset'),
    lists: Object.fromEntries(listNames.map((name) => [name, listIn(req, name)])) as Record<ListName, ValueLine[]>,
    addresses: addressesIn(req),
    photo: field(req, 'photo').trim(),
    managerId: field(req, 'managerId'),
    manager: field(req, 'manager').trim(),
  };
}

function listIn(req: Request, name: ListName): ValueLine[] {
  const primary = field(req, `${name}.primary`);
  return indexes(req, `${name}.lines`)
    .map((index) => ({
      value: field(req, `${name}.${index}.value`).trim(),
      type: field(req, `${name}.${index}.type`).trim().slice(0, 64),
      primary: primary === String(index),
    }))
    .filter((line) => line.value !== '');
}

function addressesIn(req: Request): AddressLine[] {
  return indexes(req, 'addresses.lines')
    .map((index) => {
      const parts = addressParts.map((part) => [part, lineBreaks(field(req, `addresses.${index}.${part}`)).trim()]);
      return Object.fromEntries(parts) as AddressLine;
    })
    .filter((line) => addressParts.some((part) => part !== 'type' && line[part] !== ''));
}

/** The form says itself how many lines it has. */
function indexes(req: Request, name: string): number[] {
  const count = Math.min(Number(field(req, name)) || 0, MAX_LINES);
  return Array.from({ length: count }, (_, index) => index);
}

/** Browsers send line breaks as CR LF. */
function lineBreaks(text: string): string {
  return text.replaceAll('\r\n', '\n');
}
