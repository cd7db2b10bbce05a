import type { Deps } from '../deps.ts';
import { getDomain } from '../federation/domains.ts';
import { browserName } from '../login/browserName.ts';
import { endSessions, listOpenSessions } from '../login/openSessions.ts';
import { limitsOf, saveSessionLimits } from '../login/sessionLimits.ts';
import type { SessionFilter } from '../store/sessions.ts';
import {
  accepted,
  type Call,
  type Command,
  dashed,
  isoTime,
  list,
  numberIn,
  type Option,
  type Output,
  table,
  UsageError,
} from './command.ts';
import { domainAt } from './domainAt.ts';
import { providerNamed } from './providerShown.ts';
import { userNamed } from './userNamed.ts';

const LISTED = 50;
const MAX_LISTED = 10_000;
const MINUTE_MS = 60_000;

const filters: Record<string, Option> = {
  person: { value: 'USERNAME', help: 'Only those of a person.' },
  provider: { value: 'IDP', help: 'Only logins by a provider (id, name or EntityID), or local for local logins.' },
  domain: { value: 'URL', help: 'Only those at a domain.' },
};

export const sessionCommands: Command[] = [
  {
    name: 'session list',
    operands: '',
    summary: 'List who is logged in, the newest login first.',
    options: { ...filters, limit: { value: 'N', help: `How many: 1 to ${MAX_LISTED}, ${LISTED} by default.` } },
    run: listAll,
  },
  {
    name: 'session end',
    operands: '',
    summary: 'End one session, or all of a person, a provider, a domain, or of everyone.',
    options: { id: { value: 'ID', help: 'Only this one.' }, ...filters, all: { help: 'End all sessions.' } },
    run: end,
  },
  {
    name: 'session limits',
    operands: 'URL',
    summary: 'Show or set when the sessions at a domain end.',
    options: {
      'idle-minutes': { value: 'N', help: 'After how many minutes without a request. Empty: the default.' },
      'longest-minutes': { value: 'N', help: 'After how many minutes at all. Empty: the default.' },
    },
    notes: 'Sessions that are past a new limit end immediately. A longer limit counts for the next logins.',
    run: limits,
  },
];

async function listAll({ deps, text }: Call): Promise<Output> {
  const { rows } = await listOpenSessions(deps, await filterIn(deps, text), {
    limit: numberIn('limit', text('limit') ?? String(LISTED), MAX_LISTED),
  });
  const sessions = rows.map(({ id, person, provider, providerId, host, ...row }) => ({
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
  const lines = sessions.map((one) =>
    [
      one.person,
      one.provider,
      one.domain,
      browserName(one.userAgent),
      one.network,
      one.since,
      one.lastSeenAt,
      one.id,
    ].map((value) => value ?? ''),
  );
  const titles = ['PERSON', 'PROVIDER', 'DOMAIN', 'BROWSER', 'NETWORK', 'SINCE', 'LAST SEEN', 'ID'];
  return { json: sessions, text: table(titles, lines, 'There are no sessions.') };
}

async function end({ deps, text, has }: Call): Promise<Output> {
  const id = text('id');
  const filter = { ...(await filterIn(deps, text)), ids: id === undefined ? undefined : [id] };
  const isFiltered = Object.values(filter).some((value) => value !== undefined);
  if (!isFiltered && !has('all')) throw new UsageError('Specify --id, --person, --provider, --domain or --all.');
  const ended = await endSessions(deps, filter);
  return { json: { ended }, text: ended === 1 ? 'Ended 1 session.' : `Ended ${ended.toLocaleString('en')} sessions.` };
}

async function limits({ deps, operands, text }: Call): Promise<Output> {
  const domain = await domainAt(deps, operands[0]);
  const { idleMinutes, longestMinutes } = domain;
  const [idle, longest] = [text('idle-minutes'), text('longest-minutes')];
  if (idle !== undefined || longest !== undefined)
    accepted(
      await saveSessionLimits(deps, domain.id, {
        idleMinutes: idle ?? String(idleMinutes ?? ''),
        longestMinutes: longest ?? String(longestMinutes ?? ''),
      }),
      (name) => `--${dashed(name)}`,
    );
  const { idleMs, longestMs } = limitsOf(await getDomain(deps.store.db, domain.id));
  const json = { url: domain.url, idleMinutes: idleMs / MINUTE_MS, longestMinutes: longestMs / MINUTE_MS };
  const minutes = (number: number) => `${number.toLocaleString('en')} minutes`;
  return {
    json,
    text: list([
      ['Without a request', minutes(json.idleMinutes)],
      ['After the login', minutes(json.longestMinutes)],
    ]),
  };
}

async function filterIn(deps: Deps, text: Call['text']): Promise<SessionFilter> {
  const [person, provider, domain] = [text('person'), text('provider'), text('domain')];
  return {
    userIds: person === undefined ? undefined : [(await userNamed(deps, person)).id],
    providerId:
      provider === undefined ? undefined : provider === 'local' ? null : (await providerNamed(deps, provider)).id,
    domainId: domain === undefined ? undefined : (await domainAt(deps, domain)).id,
  };
}
