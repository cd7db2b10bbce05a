import { targetKinds } from '../audit/actions.ts';
import { type AuditFormat, auditFormats, exportAudit, exportedEntry } from '../audit/auditExport.ts';
import { auditFilters, type EnteredAuditFilter, readAuditFilter } from '../audit/auditFilter.ts';
import { actionText, actorNames } from '../audit/auditNames.ts';
import { type ShownParty, shownRows, shownWhole } from '../audit/shownEntry.ts';
import { changeLine } from '../audit/values.ts';
import type { Deps } from '../deps.ts';
import type { AuditEntry } from '../store/audit.ts';
import { type AuditFilter, findAuditEntry, listAudit } from '../store/auditSearch.ts';
import {
  accepted,
  type Call,
  type Command,
  list,
  numberIn,
  type Option,
  type Output,
  Refused,
  table,
  UsageError,
} from './command.ts';
import { arrayOf, trimmed } from './exportedParts.ts';

const LISTED = 50;
const MAX_LISTED = 10_000;
const AT_ONCE = 500;
const NUMBER = /^#?(\d{1,15})$/;

/** The options with the filters of the screen; `q` is called --search. */
const filterOptions: Record<string, Option> = {
  search: { value: 'TEXT', help: 'A part of a name or value, an ID, or a number such as #12.' },
  who: { value: 'NAME|ID', help: 'Changes by these: a part of a name, or an ID.' },
  by: { value: 'KIND', help: `Changes by one of these: ${Object.keys(actorNames).join(', ')}.` },
  action: { value: 'ACTION', help: 'Such as person.updated, or person.* for all about people.' },
  about: { value: 'KIND', help: `What was changed: ${targetKinds.join(', ')}.` },
  target: { value: 'NAME|ID', help: 'Changes of these: a part of a name, or an ID.' },
  network: { value: 'NETWORKS', help: 'From these addresses or networks, such as 10.0.0.0/8,2001:db8::/32.' },
  from: { value: 'TIME', help: 'From this day or time on, such as 2026-03-02 or 2026-03-02T09:30 (UTC).' },
  until: { value: 'TIME', help: 'Up to and including this day or minute (UTC).' },
};

export const auditCommands: Command[] = [
  {
    name: 'audit list',
    operands: '',
    summary: 'List the entries of the audit log, the newest first.',
    options: {
      ...filterOptions,
      limit: { value: 'N', help: `How many: 1 to ${MAX_LISTED}, ${LISTED} by default.` },
    },
    run: listEntries,
  },
  {
    name: 'audit show',
    operands: 'ID',
    summary: 'Show an entry of the audit log by its ID or number: all that changed, before and after.',
    run: showEntry,
  },
  {
    name: 'audit export',
    operands: '',
    summary: 'Export the audit log, the newest first.',
    options: { ...filterOptions, format: { value: 'csv|ndjson', help: 'The format, ndjson by default.' } },
    run: exportEntries,
  },
];

async function listEntries(call: Call): Promise<Output> {
  const limit = numberIn('limit', call.text('limit') ?? String(LISTED), MAX_LISTED);
  const filter = await filterOf(call);
  const entries = await newest(call, filter, limit);
  const rows = await shownRows(call.deps, entries, filter.search);
  const lines = rows.map(({ at, id, seq, text, actor, address = '', target, summary }) => [
    new Date(at).toISOString(),
    seq === null ? '' : `#${seq}`,
    nameIn(actor),
    address,
    `${text}: ${nameIn(target)}`,
    summary.changes.map((change) => `${change.label}: ${change.text}`).join('; ') +
      (summary.more > 0 ? `; and ${summary.more} more` : ''),
    id,
  ]);
  const titles = ['AT', 'NUMBER', 'WHO', 'ADDRESS', 'WHAT', 'CHANGES', 'ID'];
  return { json: entries.map(exportedEntry), text: table(titles, lines, 'There are no entries.') };
}

async function showEntry({ deps, operands: [key = ''] }: Call): Promise<Output> {
  const found = await findByKey(deps, key);
  if (!found) throw new Refused(`There is no entry ${key} in the audit log.`);
  const entry = await shownWhole(deps, found);
  const facts: [string, string][] = [
    ['Time', new Date(entry.at).toISOString()],
    ['Who', `${nameIn(entry.actor)} (${entry.actor.kindName.toLowerCase()})`],
    ['IP address', found.who ? (entry.address ?? 'none') : 'erased'],
    ['Action', `${actionText(entry.action)} (${entry.action})`],
    [entry.target.kindName, nameIn(entry.target)],
    ['Number', entry.seq === null ? 'not yet sealed' : `#${entry.seq}`],
    ...(entry.hash === null ? [] : [['Hash', entry.hash] as [string, string]]),
    ['ID', entry.id],
  ];
  const lines = entry.changes.flatMap((change) => changeLine(change).split('\n'));
  const changes = found.what ? (lines.length > 0 ? lines : ['none']) : ['erased'];
  const printed = changes.map((line) => `  ${line}`.replace(/\t/g, '  '));
  return { json: exportedEntry(found), text: [list(facts), '', 'Changes', ...printed].join('\n') };
}

async function findByKey({ store }: Deps, key: string): Promise<AuditEntry | undefined> {
  const [, number] = NUMBER.exec(key) ?? [];
  if (number === undefined) return findAuditEntry(store.db, key.toLowerCase());
  return (await listAudit(store.db, { number: Number(number) }, { limit: 1 })).rows[0];
}

async function exportEntries(call: Call): Promise<Output> {
  const format = formatIn(call.text('format') ?? 'ndjson');
  const filter = await filterOf(call);
  const parts = (each: AuditFormat) => exportAudit(call.deps, filter, each);
  return { rows: arrayOf(parts('ndjson')), lines: trimmed(parts(format)) };
}

async function filterOf({ deps, text }: Call): Promise<AuditFilter> {
  const entered = auditFilters.map((name) => [name, text(name === 'q' ? 'search' : name)?.trim() ?? '']);
  const checked = await readAuditFilter(deps, Object.fromEntries(entered) as EnteredAuditFilter);
  return accepted(checked, (field) => `--${field === 'q' ? 'search' : field}`);
}

/** A command has the time to search all of the log, page after page. */
async function newest({ deps }: Call, filter: AuditFilter, limit: number): Promise<AuditEntry[]> {
  const rows: AuditEntry[] = [];
  let before: string | undefined;
  do {
    const page = await listAudit(deps.store.db, filter, { limit: Math.min(AT_ONCE, limit - rows.length), before });
    for (const row of page.rows) rows.push(row);
    before = page.next;
  } while (before !== undefined && rows.length < limit);
  return rows;
}

function nameIn({ name }: ShownParty): string {
  return name ?? 'erased';
}

function formatIn(entered: string): AuditFormat {
  const format = auditFormats.find((each) => each === entered);
  if (format === undefined) throw new UsageError('--format must be csv or ndjson.');
  return format;
}
