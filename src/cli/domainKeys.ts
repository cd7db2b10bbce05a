import type { Deps } from '../deps.ts';
import { describeCertificate } from '../federation/certificate.ts';
import { cancelNextKey, createNextKey, retireKey, switchBack, switchToNextKey } from '../federation/domainKeys.ts';
import { findRollover, markGiven, missingIn, type Rollover } from '../federation/keyRollover.ts';
import type { Domain } from '../store/domains.ts';
import { type Call, type Command, isoTime, list, type Output, Refused, table } from './command.ts';
import { domainAt } from './domainAt.ts';
import { providerNamed } from './providerShown.ts';

const roles = { current: 'signs', next: 'next key', old: 'old key', cancelled: 'cancelled' } as const;

export const domainKeyCommands: Command[] = [
  {
    name: 'domain keys status',
    operands: 'URL',
    summary: 'Show the keys of a domain, and which providers have fetched the metadata since they changed.',
    run: async ({ deps, operands }) => shown(deps, await domainAt(deps, operands[0])),
  },
  {
    name: 'domain keys next',
    operands: 'URL',
    summary: 'Create the next key and publish it in the metadata. The current key signs until you switch.',
    run: (call) => change(call, createNextKey, 'The next key is published.'),
  },
  {
    name: 'domain keys cancel',
    operands: 'URL',
    summary: 'Take the next key out of the metadata. It decrypts until you retire it.',
    run: (call) => change(call, cancelNextKey, 'The next key is cancelled.'),
  },
  {
    name: 'domain keys switch',
    operands: 'URL',
    summary: 'Sign with the next key. The old key stays published and decrypts until you retire it.',
    options: {
      back: { help: 'Sign with the old key again.' },
      force: { help: 'Switch although providers have not fetched the new metadata.' },
    },
    run: switchKeys,
  },
  {
    name: 'domain keys retire',
    operands: 'URL',
    summary: 'Delete the old or cancelled key. This cannot be undone.',
    options: { force: { help: 'Retire it although providers have not fetched the new metadata.' } },
    run: retire,
  },
  {
    name: 'domain keys given',
    operands: 'URL IDP',
    summary: 'Mark that an identity provider was given the new metadata or certificate by hand.',
    options: { undo: { help: 'Take the mark back.' } },
    run: given,
  },
];

async function switchKeys(call: Call): Promise<Output> {
  if (call.has('back')) return change(call, switchBack, 'The old key signs again.');
  await checkDelivered(call, 'Their logins fail if they verify login requests.');
  return change(call, switchToNextKey, 'The next key signs now.');
}

async function retire(call: Call): Promise<Output> {
  await checkDelivered(call, 'Their logins fail if they encrypt assertions or verify with that key.');
  return change(call, retireKey, 'The key is deleted.');
}

/** @throws Refused if a provider does not know the keys that are published now, unless --force is given */
async function checkDelivered({ deps, operands, has }: Call, consequence: string): Promise<void> {
  const rollover = await findRollover(deps, (await domainAt(deps, operands[0])).id);
  const missing = rollover ? missingIn(rollover) : [];
  if (missing.length === 0 || rollover?.step === 'none' || has('force')) return;
  const names = missing.map(
    ({ provider, logins }) => `${provider.name} (${logins.toLocaleString('en')} logins in 30 days)`,
  );
  throw new Refused(
    `Not known to have the new metadata: ${names.join(', ')}. ${consequence} ` +
      'Give it to them and mark that with: anteroom domain keys given URL IDP. To go on anyway: --force',
  );
}

async function change(
  { deps, operands }: Call,
  step: (deps: Deps, domain: Domain) => Promise<void>,
  done: string,
): Promise<Output> {
  const domain = await domainAt(deps, operands[0]);
  await step(deps, domain);
  return shown(deps, domain, done);
}

async function given({ deps, operands, has }: Call): Promise<Output> {
  const domain = await domainAt(deps, operands[0]);
  const { id } = await providerNamed(deps, operands[1] ?? '');
  const { name } = await markGiven(deps, domain, id, !has('undo'));
  return shown(deps, domain, has('undo') ? `${name} is no longer marked.` : `${name} is marked as given by hand.`);
}

/** @throws Refused before the setup */
async function shown(deps: Deps, domain: Domain, done?: string): Promise<Output> {
  const rollover = await findRollover(deps, domain.id);
  if (!rollover) throw new Refused(`${domain.url} is not set up. Set it up with: anteroom domain setup ${domain.url}`);
  const keys = keysIn(rollover);
  const deliveries = rollover.deliveries.map(({ provider, fetchedAt, fetchedFrom, givenAt, knows, logins }) => ({
    ...{ id: provider.id, name: provider.name, fetchedAt: isoTime(fetchedAt), fetchedFrom },
    ...{ givenAt: isoTime(givenAt), knows, logins },
  }));
  const json = {
    step: rollover.step,
    since: isoTime(rollover.since),
    keys,
    deliveries,
    unknownAt: isoTime(rollover.unknown.fetchedAt),
    unknownFrom: rollover.unknown.fetchedFrom,
  };
  const rows = deliveries.map(({ name, fetchedAt, fetchedFrom, givenAt, knows }) => [
    name,
    knows ? 'yes' : 'not known',
    fetchedAt ?? 'never',
    fetchedFrom ?? '',
    givenAt ?? '',
  ]);
  const texts = [
    ...(done === undefined ? [] : [done]),
    list(keys.map(({ role, sha256, expires }) => [roles[role], `expires ${expires?.slice(0, 10)}, SHA-256 ${sha256}`])),
    ...(rollover.step === 'none'
      ? []
      : [
          table(
            ['PROVIDER', 'HAS IT', 'FETCHED', 'FROM', 'GIVEN BY HAND'],
            rows,
            'No providers are used at this domain.',
          ),
        ]),
  ];
  return { json, text: texts.join('\n') };
}

function keysIn({ current, second }: Rollover) {
  return [current, ...(second ? [second] : [])].map(({ role, roleSince, createdAt, certificate }) => {
    const { sha256, notAfter } = describeCertificate(certificate);
    return { role, since: isoTime(roleSince), createdAt: isoTime(createdAt), sha256, expires: isoTime(notAfter) };
  });
}
