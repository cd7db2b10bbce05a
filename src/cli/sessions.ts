import { counted } from '../counted.ts';
import { getDomain } from '../federation/domains.ts';
import { browserName } from '../login/browserName.ts';
import { endSessions, listOpenSessions } from '../login/openSessions.ts';
import { limitsOf, saveSessionLimits } from '../login/sessionLimits.ts';
import type { Domain } from '../store/domains.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import type { SessionFilter } from '../store/sessions.ts';
import type { User } from '../store/users.ts';
import { accepted, command, optionName, UsageError } from './command.ts';
import { flag, limit, text } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { LISTED, MAX_LISTED } from './searching.ts';
import { domain, named, namedOr, person, provider } from './targets.ts';

const MINUTE_MS = 60_000;

const filterOptions = {
  person: named(person, 'Only those of a person.', 'USERNAME'),
  provider: namedOr(
    'local',
    provider,
    'Only logins through a provider (id, name or EntityID), or local for local logins.',
  ),
  domain: named(domain, 'Only those at a domain.'),
};

export const sessionCommands = [
  command({
    name: 'session list',
    summary: 'List who is logged in, the newest login first.',
    options: { ...filterOptions, limit: limit(MAX_LISTED, LISTED) },
    async run({ deps, options: { limit = LISTED, ...given } }) {
      const { rows } = await listOpenSessions(deps, filterOf(given), { limit });
      const json = rows.map(({ id, person, provider, providerId, host, ...row }) => ({
        id,
        person: person?.userName ?? null,
        provider: providerId === null ? 'local' : (provider ?? providerId),
        domain: host ?? null,
        network: row.network,
        userAgent: row.userAgent,
        since: isoTime(row.createdAt),
        lastSeenAt: isoTime(row.lastSeenAt),
        expiresAt: isoTime(row.expiresAt),
      }));
      const lines = json.map(({ person, provider, domain, userAgent, network, since, lastSeenAt, id }) => ({
        ...{ PERSON: person, PROVIDER: provider, DOMAIN: domain, BROWSER: browserName(userAgent) },
        ...{ NETWORK: network, SINCE: since, 'LAST SEEN': lastSeenAt, ID: id },
      }));
      return { json, text: table(lines, 'There are no sessions.') };
    },
  }),
  command({
    name: 'session end',
    summary: 'End one session, or all of a person, a provider, a domain, or of everyone.',
    options: { id: text('ID', 'Only this one.'), ...filterOptions, all: flag('End all sessions.') },
    async run({ deps, options }) {
      if (Object.keys(options).length === 0)
        throw new UsageError('Specify --id, --person, --provider, --domain or --all.');
      const { id, ...given } = options;
      const ended = await endSessions(deps, { ...filterOf(given), ids: id === undefined ? undefined : [id] });
      return { json: { ended }, text: `Ended ${counted(ended, 'session')}.` };
    },
  }),
  command({
    name: 'session limits',
    operands: [domain],
    summary: 'Show or set when the sessions at a domain end.',
    options: {
      idleMinutes: text('N', 'After how many minutes without a request. Empty: the default.'),
      longestMinutes: text('N', 'After how many minutes at all. Empty: the default.'),
    },
    notes: 'Sessions that are past a new limit end immediately. A longer limit counts for the next logins.',
    async run({ deps, options }, { id, url, ...before }) {
      const { idleMinutes = `${before.idleMinutes ?? ''}`, longestMinutes = `${before.longestMinutes ?? ''}` } =
        options;
      if (Object.keys(options).length > 0)
        accepted(await saveSessionLimits(deps, id, { idleMinutes, longestMinutes }), optionName);
      const { idleMs, longestMs } = limitsOf(await getDomain(deps.store.db, id));
      const json = { url, idleMinutes: idleMs / MINUTE_MS, longestMinutes: longestMs / MINUTE_MS };
      const text = list([
        ['Without a request', `${json.idleMinutes.toLocaleString('en')} minutes`],
        ['After the login', `${json.longestMinutes.toLocaleString('en')} minutes`],
      ]);
      return { json, text };
    },
  }),
];

type Given = { person?: User; provider?: IdentityProvider | null; domain?: Domain };

function filterOf({ person, provider, domain }: Given): SessionFilter {
  return {
    userIds: person && [person.id],
    providerId: provider === null ? null : provider?.id,
    domainId: domain?.id,
  };
}
