import { counted } from '../counted.ts';
import { activityFormats, exportActivity, exportedAttempts } from '../login/activityExport.ts';
import { activityFilters, readActivityFilter } from '../login/activityFilter.ts';
import { outcomeNames } from '../login/activityNames.ts';
import { readIntranetSettings, saveIntranetSettings } from '../people/intranetSettings.ts';
import { listLoginActivity } from '../store/loginSearch.ts';
import { showAttempt } from './activityShow.ts';
import { accepted, command } from './command.ts';
import { limit, oneOf, operand, text } from './options.ts';
import { table } from './print.ts';
import { enteredIn, exported, filterOption, LISTED, MAX_LISTED, newest, rangeOptions } from './searching.ts';

export const activityCommands = [
  command({
    name: 'activity show',
    operands: [operand('REFERENCE')],
    summary: 'Show a login attempt by its reference or id: its checks, what arrived, and its messages.',
    run: showAttempt,
  }),
  command({
    name: 'activity keep',
    operands: [operand('DAYS')],
    summary: 'Set for how many days the messages of logins are kept; 0 keeps none.',
    async run({ deps }, days) {
      const settings = await readIntranetSettings(deps.store.db);
      const { messageDays } = accepted(await saveIntranetSettings(deps, { ...settings, messageDays: days }));
      return {
        json: { messageDays },
        text:
          messageDays === 0
            ? 'Messages of logins are not kept.'
            : `Messages of logins are kept for ${counted(messageDays, 'day')}.`,
      };
    },
  }),
  command({
    name: 'activity',
    summary: 'List or export login attempts, the newest first.',
    options: {
      search: text('TEXT', 'A reference, a reason, an EntityID, or a part of a name.'),
      person: text('PERSON', 'Of the person with this user name or e-mail address.'),
      reason: text('REASON', 'Only those refused for this reason, such as signature_invalid.'),
      outcome: text('OUTCOME', `How they ended: ${Object.keys(outcomeNames).join(', ')}.`),
      provider: text('IDP', 'At this identity provider: its name, EntityID or id, or local for local logins.'),
      domain: text('DOMAIN', 'At this domain: its host, URL or id.'),
      ...rangeOptions,
      limit: limit(MAX_LISTED, LISTED),
      format: oneOf(activityFormats, 'Export all of them in this format.'),
    },
    async run({ deps, options }) {
      const { limit = LISTED, format } = options;
      const filter = accepted(await readActivityFilter(deps, enteredIn(activityFilters, options)), filterOption);
      if (format) return exported(exportActivity(deps, filter, 'ndjson'), exportActivity(deps, filter, format));
      const rows = await newest(limit, (page) => listLoginActivity(deps.store.db, filter, page));
      const json = await exportedAttempts(deps, rows);
      const lines = json.map(({ at, idp, flow, asserted, matched, outcome, reason, reference }) => ({
        ...{ AT: at, IDP: idp, FLOW: flow, ASSERTED: asserted, MATCHED: matched },
        ...{ OUTCOME: outcome, REASON: reason, REFERENCE: reference },
      }));
      return { json, text: table(lines, 'There are no login attempts.') };
    },
  }),
];
