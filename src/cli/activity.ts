import type { Deps } from '../deps.ts';
import { type ActivityFormat, activityFormats, exportActivity, exportedAttempts } from '../login/activityExport.ts';
import { activityFilters, type EnteredFilter, readActivityFilter } from '../login/activityFilter.ts';
import { outcomeNames } from '../login/activityNames.ts';
import { readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { type ActivityFilter, listLoginActivity } from '../store/loginSearch.ts';
import { showAttempt } from './activityShow.ts';
import { accepted, type Call, type Command, numberIn, type Option, type Output, table, UsageError } from './command.ts';
import { arrayOf, trimmed } from './exportedParts.ts';

const LISTED = 50;
const MAX_LISTED = 10_000;
const AT_ONCE = 500;

/** The options with the filters of the screen; `q` is called --search. */
const filterOptions: Record<string, Option> = {
  search: { value: 'TEXT', help: 'A reference, a reason, an EntityID, or a part of a name.' },
  person: { value: 'PERSON', help: 'Of the person with this user name or e-mail address.' },
  reason: { value: 'REASON', help: 'Only those refused for this reason, such as signature_invalid.' },
  outcome: { value: 'OUTCOME', help: `How they ended: ${Object.keys(outcomeNames).join(', ')}.` },
  provider: { value: 'IDP', help: 'At this identity provider: its name, EntityID or id, or local for local logins.' },
  domain: { value: 'DOMAIN', help: 'At this domain: its host, URL or id.' },
  network: { value: 'NETWORKS', help: 'From these addresses or networks, such as 10.0.0.0/8,2001:db8::/32.' },
  from: { value: 'TIME', help: 'From this day or time on, such as 2026-03-02 or 2026-03-02T09:30 (UTC).' },
  until: { value: 'TIME', help: 'Up to and including this day or minute (UTC).' },
};

export const activityCommands: Command[] = [
  {
    name: 'activity show',
    operands: 'REFERENCE',
    summary: 'Show a login attempt by its reference or id: its checks, what arrived, and its messages.',
    run: showAttempt,
  },
  {
    name: 'activity keep',
    operands: 'DAYS',
    summary: 'Set for how many days the messages of logins are kept; 0 keeps none.',
    run: keepMessages,
  },
  {
    name: 'activity',
    operands: '',
    summary: 'List or export login attempts, the newest first.',
    options: {
      ...filterOptions,
      limit: { value: 'N', help: `How many: 1 to ${MAX_LISTED}, ${LISTED} by default.` },
      format: { value: 'csv|ndjson', help: 'Export all of them in this format.' },
    },
    run: listAttempts,
  },
];

async function listAttempts(call: Call): Promise<Output> {
  const { deps, text } = call;
  const limit = numberIn('limit', text('limit') ?? String(LISTED), MAX_LISTED);
  const format = formatIn(text('format'));
  const filter = accepted(
    await readActivityFilter(deps, enteredIn(call)),
    (field) => `--${field === 'q' ? 'search' : field}`,
  );
  if (format) return exported(deps, filter, format);
  const attempts = await exportedAttempts(deps, await newest(call, filter, limit));
  const lines = attempts.map(({ at, idp, flow, asserted, matched, outcome, reason, reference }) =>
    [at, idp, flow, asserted, matched, outcome, reason, reference].map((value) => value ?? ''),
  );
  const titles = ['AT', 'IDP', 'FLOW', 'ASSERTED', 'MATCHED', 'OUTCOME', 'REASON', 'REFERENCE'];
  return { json: attempts, text: table(titles, lines, 'There are no login attempts.') };
}

function enteredIn({ text }: Call): EnteredFilter {
  const entered = activityFilters.map((name) => [name, text(name === 'q' ? 'search' : name)?.trim() ?? '']);
  return Object.fromEntries(entered) as EnteredFilter;
}

/** A command has the time to search all of Login activity, page after page. */
async function newest({ deps }: Call, filter: ActivityFilter, limit: number) {
  const rows: Awaited<ReturnType<typeof listLoginActivity>>['rows'] = [];
  let before: string | undefined;
  do {
    const page = { limit: Math.min(AT_ONCE, limit - rows.length), before };
    const found = await listLoginActivity(deps.store.db, filter, page);
    for (const row of found.rows) rows.push(row);
    before = found.next;
  } while (before !== undefined && rows.length < limit);
  return rows;
}

/** Prints an export as it is read; with --json, all attempts as one array. */
function exported(deps: Deps, filter: ActivityFilter, format: ActivityFormat): Output {
  return {
    rows: arrayOf(exportActivity(deps, filter, 'ndjson')),
    lines: trimmed(exportActivity(deps, filter, format)),
  };
}

async function keepMessages({ deps, operands: [days = ''] }: Call): Promise<Output> {
  const settings = await readIntranetSettings(deps.store.db);
  const { messageDays } = accepted(await saveIntranetSettings(deps, { ...settings, messageDays: days }));
  const kept = messageDays === 1 ? '1 day' : `${messageDays} days`;
  return {
    json: { messageDays },
    text: messageDays === 0 ? 'Messages of logins are not kept.' : `Messages of logins are kept for ${kept}.`,
  };
}

function formatIn(entered: string | undefined): ActivityFormat | undefined {
  const format = activityFormats.find((each) => each === entered);
  if (entered !== undefined && format === undefined) throw new UsageError('--format must be csv or ndjson.');
  return format;
}
