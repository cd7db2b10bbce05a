import type { Deps } from '../deps.ts';
import { type Checked, type FieldErrors, invalid } from '../errors.ts';
import { isId } from '../identifier.ts';
import { readRange } from '../login/rangeFilter.ts';
import { actorKinds } from '../store/audit.ts';
import { type AuditFilter, findAuditEntry, type Named } from '../store/auditSearch.ts';
import { searchUsers } from '../store/userSearch.ts';
import { targetKinds } from './actions.ts';
import { actionFamilies, allActions, namesShownAs } from './auditNames.ts';

/** The filters of the audit log, by their names in URLs and on the command line. */
export const auditFilters = ['q', 'who', 'by', 'action', 'about', 'target', 'network', 'from', 'until'] as const;

/** A filter as it was entered; '' is none. */
export type EnteredAuditFilter = Record<(typeof auditFilters)[number], string>;

const NUMBER = /^#(\d{1,15})$/;
const MOST_PEOPLE = 200;

/**
 * Returns the filter that was entered. The search takes the ID of an entry, its number in the chain (#12), an ID that an entry names, or a
 * part of a name or value, as it was recorded or as it is shown. Who made a change and what it is about are an ID, or a part of the name then or of a person's name today.
 */
export async function readAuditFilter(deps: Deps, entered: EnteredAuditFilter): Promise<Checked<AuditFilter>> {
  const { by, action, about } = entered;
  const errors: FieldErrors = {};
  const range = readRange(entered, errors);
  if (by !== '' && !isOneOf(actorKinds, by)) errors.by = oneOf(actorKinds);
  if (about !== '' && !isOneOf(targetKinds, about)) errors.about = oneOf(targetKinds);
  if (
    action !== '' &&
    !isOneOf(allActions, action) &&
    !isOneOf(Object.keys(actionFamilies), action.replace(/\.\*$/, ''))
  )
    errors.action = 'Enter an action such as person.updated, or person.* for all about people.';
  if (Object.keys(errors).length > 0) return invalid(errors);
  return {
    ok: true,
    value: {
      ...(await searchFor(deps, entered.q)),
      actorKind: by || undefined,
      actor: await namedIn(deps, entered.who),
      action: action || undefined,
      targetKind: about || undefined,
      target: await namedIn(deps, entered.target),
      ...range,
    },
  };
}

async function searchFor(deps: Deps, text: string): Promise<Pick<AuditFilter, 'id' | 'number' | 'search'>> {
  if (text === '') return {};
  const [, number] = NUMBER.exec(text) ?? [];
  if (number !== undefined) return { number: Number(number) };
  const id = text.toLowerCase();
  const names = namesShownAs(text, deps.attributes.list);
  if (!isId(id)) return { search: { text, ids: await peopleCalled(deps, text), names } };
  return (await findAuditEntry(deps.store.db, id)) ? { id } : { search: { text: id, ids: [id], names } };
}

async function namedIn(deps: Deps, entered: string): Promise<Named | undefined> {
  if (entered === '') return undefined;
  const id = entered.toLowerCase();
  return isId(id) ? { id } : { text: entered, ids: await peopleCalled(deps, entered) };
}

/** An entry has the user name of a person, who may be better known by another name. */
async function peopleCalled({ store }: Deps, text: string): Promise<string[]> {
  const { rows } = await searchUsers(store.db, { text, includeOmitted: true }, { limit: MOST_PEOPLE, countTo: 0 });
  return rows.map(({ id }) => id);
}

function isOneOf(values: readonly string[], entered: string): boolean {
  return values.includes(entered);
}

function oneOf(values: readonly string[]): string {
  return `Choose one of these: ${values.join(', ')}.`;
}
