import type { Deps } from '../deps.ts';
import type { AuditEntry } from '../store/audit.ts';
import { isFoundIn, type Search } from '../store/auditSearch.ts';
import { targetNames } from './actions.ts';
import { actionText, actorNames, changeLabel } from './auditNames.ts';
import { findReferences, pathOfTarget, type References, textsIn } from './references.ts';
import { type ShownChange, shownChange, summaryOf, visible } from './values.ts';

/** Who made a change, or what it is about: the name as it was then, and a link if it still exists. The name is undefined if it was erased. */
export type ShownParty = { kindName: string; name: string | undefined; id: string | null; href: string | undefined };

/** An entry as screens and the command line show it, without its changes. */
export type ShownEntry = Pick<AuditEntry, 'id' | 'at' | 'seq' | 'hash' | 'action'> & {
  text: string;
  actor: ShownParty;
  address: string | undefined;
  target: ShownParty;
};

/** The first changes of an entry in a few words each, and how many more there are. */
export type Summary = { changes: { label: string; text: string }[]; more: number; isErased: boolean };

const SUMMARIZED = 2;

/** Returns entries for a list, each with a summary of its changes: first of those that a search has found. */
export async function shownRows(
  deps: Deps,
  entries: AuditEntry[],
  search?: Search,
): Promise<(ShownEntry & { summary: Summary })[]> {
  const first = ({ what }: AuditEntry) => {
    const found = what?.changes.filter((change) => search && isFoundIn(change, search)) ?? [];
    return [...new Set([...found, ...(what?.changes ?? [])])].slice(0, SUMMARIZED);
  };
  const ids = entries.flatMap((entry) => [
    ...[entry.actorId, entry.targetId],
    ...first(entry).flatMap((change) => textsIn(change).slice(0, 2)), // of more, only their number is shown
  ]);
  const references = await findReferences(deps, ids);
  return entries.map((entry) => ({
    ...shownEntry(entry, references),
    summary: {
      changes: shownChanges(
        deps,
        { ...entry, what: entry.what && { ...entry.what, changes: first(entry) } },
        references,
      ).map((change) => ({ label: change.label, text: summaryOf(change) })),
      more: Math.max(0, (entry.what?.changes.length ?? 0) - SUMMARIZED),
      isErased: entry.what === undefined,
    },
  }));
}

/** Returns an entry with all of its changes. */
export async function shownWhole(deps: Deps, entry: AuditEntry): Promise<ShownEntry & { changes: ShownChange[] }> {
  const ids = [entry.actorId, entry.targetId, ...(entry.what?.changes ?? []).flatMap(textsIn)];
  const references = await findReferences(deps, ids);
  return { ...shownEntry(entry, references), changes: shownChanges(deps, entry, references) };
}

/** Returns the changes of an entry as they are shown. */
export function shownChanges(
  { attributes }: Pick<Deps, 'attributes'>,
  { targetKind, what }: AuditEntry,
  references: References,
): ShownChange[] {
  return (what?.changes ?? []).map((change) =>
    shownChange(change, changeLabel(targetKind, change.name, attributes.list), references),
  );
}

function shownEntry(entry: AuditEntry, references: References): ShownEntry {
  const { id, at, seq, hash, action, actorKind, actorId, targetKind, targetId, who, what } = entry;
  return {
    ...{ id, at, seq, hash, action },
    text: actionText(action),
    actor: partyOf(kindOf(actorNames, actorKind), who?.name, actorId, pathOfTarget(actorKind, actorId, references)),
    address: who?.address ?? undefined,
    target: partyOf(
      kindOf(targetNames, targetKind),
      what?.name,
      targetId,
      pathOfTarget(targetKind, targetId, references),
    ),
  };
}

function partyOf(kindName: string, name: string | undefined, id: string | null, href: string | undefined): ShownParty {
  return { kindName, name: name === undefined ? undefined : visible(name), id, href };
}

function kindOf(names: Record<string, string>, kind: string): string {
  return names[kind] ?? kind;
}
