import { targetKinds } from '../audit/actions.ts';
import { auditFormats, exportAudit, exportedEntry } from '../audit/auditExport.ts';
import { auditFilters, readAuditFilter } from '../audit/auditFilter.ts';
import { actionText, actorNames } from '../audit/auditNames.ts';
import { type ShownParty, shownRows, shownWhole } from '../audit/shownEntry.ts';
import { changeLine } from '../audit/values.ts';
import type { Deps } from '../deps.ts';
import type { AuditEntry } from '../store/audit.ts';
import { type AuditFilter, findAuditEntry, listAudit } from '../store/auditSearch.ts';
import { accepted, command, Refused } from './command.ts';
import { limit, oneOf, operand, text } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { enteredIn, exported, filterOption, LISTED, MAX_LISTED, newest, rangeOptions } from './searching.ts';

const NUMBER = /^#?(\d{1,15})$/;

const filterOptions = {
  search: text('TEXT', 'A part of a name or value, an ID, or a number such as #12.'),
  who: text('NAME|ID', 'Changes that these made: a part of a name, or an ID.'),
  by: text('KIND', `Changes by one of these: ${Object.keys(actorNames).join(', ')}.`),
  action: text('ACTION', 'Such as person.updated, or person.* for all about people.'),
  about: text('KIND', `What was changed: ${targetKinds.join(', ')}.`),
  target: text('NAME|ID', 'Changes that were made to these: a part of a name, or an ID.'),
  ...rangeOptions,
};

export const auditCommands = [
  command({
    name: 'audit list',
    summary: 'List the entries of the audit log, the newest first.',
    options: { ...filterOptions, limit: limit(MAX_LISTED, LISTED) },
    async run({ deps, options }) {
      const filter = await filterOf(deps, options);
      const entries = await newest(options.limit ?? LISTED, (page) => listAudit(deps.store.db, filter, page));
      const rows = await shownRows(deps, entries, filter.search);
      return { json: entries.map(exportedEntry), text: table(rows.map(lineOf), 'There are no entries.') };
    },
  }),
  command({
    name: 'audit show',
    operands: [operand('ID')],
    summary: 'Show an entry of the audit log by its ID or number: all that changed, before and after.',
    async run({ deps }, key) {
      const found = await findByKey(deps, key);
      if (!found) throw new Refused(`There is no entry ${key} in the audit log.`);
      return { json: exportedEntry(found), text: await textOf(deps, found) };
    },
  }),
  command({
    name: 'audit export',
    summary: 'Export the audit log, the newest first.',
    options: { ...filterOptions, format: oneOf(auditFormats, 'The format, ndjson by default.') },
    async run({ deps, options }) {
      const filter = await filterOf(deps, options);
      return exported(exportAudit(deps, filter, 'ndjson'), exportAudit(deps, filter, options.format ?? 'ndjson'));
    },
  }),
];

function lineOf({ at, id, seq, text, actor, address, target, summary }: Awaited<ReturnType<typeof shownRows>>[number]) {
  const changes = summary.changes.map((change) => `${change.label}: ${change.text}`);
  return {
    AT: isoTime(at),
    NUMBER: seq === null ? '' : `#${seq}`,
    WHO: nameIn(actor),
    ADDRESS: address,
    WHAT: `${text}: ${nameIn(target)}`,
    CHANGES: changes.join('; ') + (summary.more > 0 ? `; and ${summary.more} more` : ''),
    ID: id,
  };
}

async function textOf(deps: Deps, found: AuditEntry): Promise<string> {
  const entry = await shownWhole(deps, found);
  const facts = list([
    ['Time', isoTime(entry.at)],
    ['Who', `${nameIn(entry.actor)} (${entry.actor.kindName.toLowerCase()})`],
    ['IP address', found.who ? (entry.address ?? 'none') : 'erased'],
    ['Action', `${actionText(entry.action)} (${entry.action})`],
    [entry.target.kindName, nameIn(entry.target)],
    ['Number', entry.seq === null ? 'not yet sealed' : `#${entry.seq}`],
    ['Hash', entry.hash ?? undefined],
    ['ID', entry.id],
  ]);
  const lines = entry.changes.flatMap((change) => changeLine(change).split('\n'));
  const changes = found.what ? (lines.length > 0 ? lines : ['none']) : ['erased'];
  return [facts, '', 'Changes', ...changes.map((line) => `  ${line}`.replace(/\t/g, '  '))].join('\n');
}

async function findByKey({ store }: Deps, key: string): Promise<AuditEntry | undefined> {
  const [, number] = NUMBER.exec(key) ?? [];
  if (number === undefined) return findAuditEntry(store.db, key.toLowerCase());
  return (await listAudit(store.db, { number: Number(number) }, { limit: 1 })).rows[0];
}

async function filterOf(deps: Deps, options: Record<string, unknown>): Promise<AuditFilter> {
  return accepted(await readAuditFilter(deps, enteredIn(auditFilters, options)), filterOption);
}

function nameIn({ name }: ShownParty): string {
  return name ?? 'erased';
}
