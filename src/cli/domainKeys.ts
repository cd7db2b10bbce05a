import type { Deps } from '../deps.ts';
import { describeCertificate } from '../federation/certificate.ts';
import { cancelNextKey, createNextKey, retireKey, switchBack, switchToNextKey } from '../federation/domainKeys.ts';
import { findRollover, markGiven, missingIn, type Rollover } from '../federation/keyRollover.ts';
import type { Domain } from '../store/domains.ts';
import { command, type Output, Refused } from './command.ts';
import { flag } from './options.ts';
import { isoTime, list, table } from './print.ts';
import { domain, provider } from './targets.ts';

const roles = { current: 'signs', next: 'next key', old: 'old key', cancelled: 'cancelled' } as const;

export const domainKeyCommands = [
  command({
    name: 'domain keys status',
    operands: [domain],
    summary: 'Show the keys of a domain, and which providers have fetched the metadata since they changed.',
    run: ({ deps }, domain) => shown(deps, domain),
  }),
  command({
    name: 'domain keys next',
    operands: [domain],
    summary: 'Create the next key and publish it in the metadata. The current key signs until you switch.',
    async run({ deps }, domain) {
      await createNextKey(deps, domain);
      return shown(deps, domain, 'The next key is published.');
    },
  }),
  command({
    name: 'domain keys cancel',
    operands: [domain],
    summary: 'Take the next key out of the metadata. It decrypts until you retire it.',
    async run({ deps }, domain) {
      await cancelNextKey(deps, domain);
      return shown(deps, domain, 'The next key is cancelled.');
    },
  }),
  command({
    name: 'domain keys switch',
    operands: [domain],
    summary: 'Sign with the next key. The old key stays published and decrypts until you retire it.',
    options: {
      back: flag('Sign with the old key again.'),
      force: flag('Switch even if providers have not fetched the new metadata.'),
    },
    async run({ deps, options: { back, force } }, domain) {
      if (!back && !force) await checkDelivered(deps, domain, 'Their logins fail if they verify login requests.');
      await (back ? switchBack : switchToNextKey)(deps, domain);
      return shown(deps, domain, back ? 'The old key signs again.' : 'The next key signs now.');
    },
  }),
  command({
    name: 'domain keys retire',
    operands: [domain],
    summary: 'Delete the old or cancelled key. This cannot be undone.',
    options: { force: flag('Retire it even if providers have not fetched the new metadata.') },
    async run({ deps, options }, domain) {
      const consequence = 'Their logins fail if they encrypt assertions or verify with that key.';
      if (!options.force) await checkDelivered(deps, domain, consequence);
      await retireKey(deps, domain);
      return shown(deps, domain, 'The key is deleted.');
    },
  }),
  command({
    name: 'domain keys given',
    operands: [domain, provider],
    summary: 'Mark that an identity provider was given the new metadata or certificate by hand.',
    options: { undo: flag('Take the mark back.') },
    async run({ deps, options: { undo } }, domain, { id }) {
      const { name } = await markGiven(deps, domain, id, !undo);
      return shown(deps, domain, undo ? `${name} is no longer marked.` : `${name} is marked as given by hand.`);
    },
  }),
];

/** @throws Refused if a provider does not know the keys that are published now */
async function checkDelivered(deps: Deps, { id }: Domain, consequence: string): Promise<void> {
  const rollover = await findRollover(deps, id);
  const missing = rollover ? missingIn(rollover) : [];
  if (missing.length === 0 || rollover?.step === 'none') return;
  const names = missing.map(
    ({ provider, logins }) => `${provider.name} (${logins.toLocaleString('en')} logins in 30 days)`,
  );
  throw new Refused(
    `Not known to have the new metadata: ${names.join(', ')}. ${consequence} ` +
      'Give it to them and mark that with: anteroom domain keys given URL IDP. To go on anyway: --force',
  );
}

/** @throws Refused before the setup */
async function shown(deps: Deps, domain: Domain, done?: string): Promise<Output> {
  const rollover = await findRollover(deps, domain.id);
  if (!rollover) throw new Refused(`${domain.url} is not set up. Set it up with: anteroom domain setup ${domain.url}`);
  const { step, since, unknown } = rollover;
  const keys = keysIn(rollover);
  const deliveries = rollover.deliveries.map(({ provider, fetchedAt, fetchedFrom, givenAt, knows, logins }) => ({
    ...{ id: provider.id, name: provider.name, fetchedAt: isoTime(fetchedAt), fetchedFrom },
    ...{ givenAt: isoTime(givenAt), knows, logins },
  }));
  const rows = deliveries.map(({ name, fetchedAt, fetchedFrom, givenAt, knows }) => ({
    PROVIDER: name,
    'HAS IT': knows ? 'yes' : 'not known',
    FETCHED: fetchedAt ?? 'never',
    FROM: fetchedFrom,
    'GIVEN BY HAND': givenAt,
  }));
  const texts = [
    ...(done === undefined ? [] : [done]),
    list(keys.map(({ role, sha256, expires }) => [roles[role], `expires ${expires?.slice(0, 10)}, SHA-256 ${sha256}`])),
    ...(step === 'none' ? [] : [table(rows, 'No providers are used at this domain.')]),
  ];
  const json = {
    ...{ step, since: isoTime(since), keys, deliveries },
    ...{ unknownAt: isoTime(unknown.fetchedAt), unknownFrom: unknown.fetchedFrom },
  };
  return { json, text: texts.join('\n') };
}

function keysIn({ current, second }: Rollover) {
  return [current, ...(second ? [second] : [])].map(({ role, roleSince, createdAt, certificate }) => {
    const { sha256, notAfter } = describeCertificate(certificate);
    return { role, since: isoTime(roleSince), createdAt: isoTime(createdAt), sha256, expires: isoTime(notAfter) };
  });
}
