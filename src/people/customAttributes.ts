import { changesBetween } from '../audit/changes.ts';
import { recordChange } from '../audit/record.ts';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, invalid, NotFound } from '../errors.ts';
import { addSetting, findSetting, replaceSetting, writeSetting } from '../store/settings.ts';
import { type AttributeList, attribute } from './attribute.ts';
import { personAttributes } from './attributes.ts';
import { type CustomAttribute, type Definition, readDefinition } from './definition.ts';

export const MAX_CUSTOM = 100;

const SETTING = 'customAttributes';
const VERSION = 'customAttributesVersion'; // apart, because every request reads it (see findDomainByHost)
const CHANGED_MEANWHILE = 'The attributes were changed in the meantime. Open the page again and repeat your change.';

/** The attributes of an installation, in their order on the screens. The version grows with each change. */
type Stored = { version: number; attributes: CustomAttribute[] };
const none: Stored = { version: 0, attributes: [] };

/** Returns the custom attributes of the installation. */
export async function listCustomAttributes(db: Db): Promise<CustomAttribute[]> {
  return (await readStored(db)).attributes;
}

/** Returns a custom attribute. @throws NotFound */
export async function getCustomAttribute(db: Db, id: string): Promise<CustomAttribute> {
  return named(await readStored(db), id);
}

/** Reads the attributes in force if they are of another version than those in memory: another process may have changed them. */
export async function refreshAttributes({ store, attributes }: Pick<Deps, 'store' | 'attributes'>, version?: number) {
  if (version === attributes.version) return;
  Object.assign(attributes, inForce(await readStored(store.db)));
}

/** Adds an attribute. Errors are keyed by field. @throws Conflict */
export async function addCustomAttribute(deps: Deps, input: unknown): Promise<Checked<CustomAttribute>> {
  const before = await readStored(deps.store.db);
  if (before.attributes.length >= MAX_CUSTOM)
    return invalid({ '': `There are ${MAX_CUSTOM} attributes already. Remove one that is no longer needed first.` });
  const read = readDefinition(input, before.attributes);
  if (!read.ok) return read;
  const added = { id: newAttributeId(deps), ...read.value };
  await save(deps, before, [...before.attributes, added], (trx) => recordAttribute(trx, deps, undefined, added));
  return { ok: true, value: added };
}

/**
 * Writes a changed attribute. Its name stays: SCIM clients and CSV files use it.
 * @param check finds what speaks against the change
 * @throws NotFound, Conflict
 */
export async function saveCustomAttribute(
  deps: Deps,
  id: string,
  input: Record<string, unknown>,
  check: (before: CustomAttribute, after: CustomAttribute) => Promise<Record<string, string>>,
): Promise<Checked<{ before: CustomAttribute; after: CustomAttribute }>> {
  const stored = await readStored(deps.store.db);
  const before = named(stored, id);
  const others = stored.attributes.filter((one) => one !== before);
  const read = readDefinition({ ...input, name: before.name }, others);
  if (!read.ok) return read;
  const after = { id, ...read.value };
  const errors = await check(before, after);
  if (Object.keys(errors).length > 0) return invalid(errors);
  await save(
    deps,
    stored,
    stored.attributes.map((one) => (one.id === id ? after : one)),
    (trx) => recordAttribute(trx, deps, before, after),
  );
  return { ok: true, value: { before, after } };
}

/** Deletes an attribute. Its values are no longer shown from then on. @throws NotFound, Conflict */
export async function deleteCustomAttribute(deps: Deps, id: string): Promise<CustomAttribute> {
  const stored = await readStored(deps.store.db);
  const removed = named(stored, id);
  await save(
    deps,
    stored,
    stored.attributes.filter((one) => one !== removed),
    (trx) => recordAttribute(trx, deps, removed, undefined),
  );
  return removed;
}

/** Returns a custom attribute as an entry of the table of attributes. */
export function toPersonAttribute({ id, searchable, choices, several, ...definition }: CustomAttribute) {
  const { section, name, type, label } = definition;
  const options = type === 'choice' ? { options: optionsOf(choices, several) } : {};
  return attribute(section, name, type, label, options, {
    path: `custom.${id}`,
    custom: { id, several },
    visibleTo: definition.visibleTo,
    selfEditable: definition.selfEditable,
    help: helpOf({ type, several }),
    wide: several,
    ...(searchable ? { searched: 'words' as const } : {}),
  });
}

function optionsOf(choices: string[], several: boolean): [string, string][] {
  const options = choices.map((choice): [string, string] => [choice, choice]);
  return several ? options : [['', 'Not set'], ...options];
}

function helpOf({ type, several }: Pick<Definition, 'type' | 'several'>): string {
  const shown = {
    text: '',
    choice: '',
    number: 'A number.',
    date: 'Such as 2026-03-31.',
    link: 'Starts with https://.',
  };
  const help = type === 'person' ? 'User name, e-mail address or the beginning of a name.' : shown[type];
  return [help, several && type !== 'choice' ? 'One per line.' : ''].filter(Boolean).join(' ');
}

function inForce({ version, attributes }: Stored): { list: AttributeList; version: number } {
  return {
    list: attributes.length === 0 ? personAttributes : [...personAttributes, ...attributes.map(toPersonAttribute)],
    version,
  };
}

async function readStored(db: Db): Promise<Stored> {
  return ((await findSetting(db, SETTING)) as Stored | undefined) ?? none;
}

async function save(
  deps: Deps,
  before: Stored,
  attributes: CustomAttribute[],
  record: (trx: Db) => Promise<void>,
): Promise<void> {
  const after = { version: before.version + 1, attributes };
  await deps.store.db.transaction().execute(async (trx) => {
    await addSetting(trx, SETTING, none);
    if (!(await replaceSetting(trx, SETTING, before, after))) throw new Conflict(CHANGED_MEANWHILE);
    await writeSetting(trx, VERSION, after.version);
    await record(trx);
  });
  Object.assign(deps.attributes, inForce(after));
}

async function recordAttribute(
  db: Db,
  deps: Deps,
  before: CustomAttribute | undefined,
  after: CustomAttribute | undefined,
): Promise<void> {
  const { id = '', name = '' } = after ?? before ?? {};
  const action = !before ? 'attribute.created' : after ? 'attribute.updated' : 'attribute.deleted';
  const changes = changesBetween(before, after).filter((change) => change.name !== 'id');
  if (changes.length > 0) await recordChange(db, deps, action, { kind: 'attribute', id, name }, changes);
}

function named({ attributes }: Stored, id: string): CustomAttribute {
  const found = attributes.find((one) => one.id === id);
  if (!found) throw new NotFound('This attribute no longer exists.');
  return found;
}

/** A key for JSON paths of both engines. It is never used again, so that values of a removed attribute cannot return. */
function newAttributeId({ randomBytes }: Pick<Deps, 'randomBytes'>): string {
  return `a${randomBytes(6).toString('hex')}`;
}
