import type { AuditChange } from '../store/audit.ts';

/** A change without its values, which are too long for a message. */
export type CutChange = { name: string; cut: true };

/** The changes of an entry, as far as a message has room for them. */
export type BoundedChanges = { changes: (AuditChange | CutChange)[]; complete: boolean };

/**
 * Returns the changes of an entry for a message: those that no longer fit only with their names, and none once those no longer fit.
 * @param maxBytes the most bytes that the list may have in JSON
 * @param bytesOf how many bytes JSON has in the message: at least one for each UTF-16 code unit
 */
export function boundedChanges(
  changes: readonly AuditChange[],
  maxBytes: number,
  bytesOf: (json: string) => number = Buffer.byteLength,
): BoundedChanges {
  let left = maxBytes - 1; // a bracket; the other one counts as the comma that the last change does not have
  const kept: BoundedChanges['changes'] = [];
  const fits = ({ json }: { json: string }) => json.length < left && bytesOf(json) < left;
  for (const change of changes) {
    const forms = [change, { name: change.name, cut: true as const }];
    const fitting = forms.map((form) => ({ form, json: JSON.stringify(form) })).find(fits);
    if (fitting === undefined) break;
    left -= bytesOf(fitting.json) + 1;
    kept.push(fitting.form);
  }
  const isWhole = kept.length === changes.length && kept.every((change) => !('cut' in change));
  return { changes: kept, complete: isWhole };
}
