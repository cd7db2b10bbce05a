import type { Deps } from '../deps.ts';
import { exportLockedOut, lockedOutColumns } from '../federation/lockedOut.ts';
import { startTest, testPath, testStateOf } from '../federation/loginTests.ts';
import { domainsOfProviders } from '../federation/providers.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { findLoginActivity } from '../store/loginActivity.ts';
import { type LoginTest, listLoginTests } from '../store/loginTests.ts';
import { command, Refused } from './command.ts';
import { flag } from './options.ts';
import { csvLines, isoTime, printable, table } from './print.ts';
import { domain, named, provider } from './targets.ts';

const LISTED = 20;

export const loginTestCommands = [
  command({
    name: 'idp test',
    operands: [provider],
    summary: 'Start a Test login with the saved settings. Prints the page to open as a Power User, within 15 minutes.',
    options: { domain: named(domain, 'The domain to test at. Needed if the provider is used at several.') },
    notes: 'The result is on that page, in Login activity, and in: anteroom idp tests',
    async run({ deps, options }, provider) {
      const domain = options.domain ?? (await onlyDomainOf(deps, provider));
      const draft = { draft: provider, providerId: provider.id };
      const { id, expiresAt } = await startTest(deps, domain, 'commandLine', draft);
      const page = domain.url + testPath(id);
      const json = { id, url: page, expiresAt: isoTime(expiresAt) };
      return { json, text: `Open as a Power User, within 15 minutes: ${page}\nThe result: anteroom idp tests` };
    },
  }),
  command({
    name: 'idp tests',
    summary: 'List the Test logins of the last day with their results, the newest first.',
    async run({ deps }) {
      const { db } = deps.store;
      const urls = new Map((await listDomains(db)).map(({ id, url }) => [id, url]));
      const tests = await listLoginTests(db, LISTED);
      const json = await Promise.all(tests.map((test) => testJson(deps, test, urls.get(test.domainId))));
      const rows = json.map(({ at, idp, domain, state, outcome, reason, asserted }) => ({
        ...{ AT: at, IDP: idp, DOMAIN: domain, STATE: state },
        ...{ OUTCOME: outcome, REASON: reason, ASSERTED: asserted },
      }));
      return { json, text: table(rows, 'There are no tests. Start one with: anteroom idp test IDP') };
    },
  }),
  command({
    name: 'idp locked-out',
    operands: [provider],
    summary: 'List the people who may log in, but not with this identity provider as it is saved.',
    options: { csv: flag('Print a CSV file.') },
    async run({ deps, options }, { settings }) {
      const rows = exportLockedOut(deps, settings);
      return { rows, lines: options.csv ? csvLines(rows, lockedOutColumns) : asLines(rows) };
    },
  }),
];

async function onlyDomainOf({ store }: Deps, provider: IdentityProvider): Promise<Domain> {
  const used = (await domainsOfProviders(store.db))(provider.id);
  const [only, ...others] = used.length > 0 ? used : await listDomains(store.db);
  if (!only || others.length > 0) throw new Refused('Specify the domain to test at: --domain URL.');
  return only;
}

async function testJson({ store, now }: Deps, test: LoginTest, domain: string | undefined) {
  const attempt = test.activityId === null ? undefined : await findLoginActivity(store.db, test.activityId);
  return {
    ...{ id: test.id, at: isoTime(test.createdAt), idp: test.draft.name, domain: domain ?? null },
    ...{ imported: test.providerId !== null, state: testStateOf(test, now()) },
    ...{ outcome: attempt?.outcome ?? null, reason: attempt?.reason ?? null, asserted: attempt?.asserted ?? null },
    url: `${domain ?? ''}${testPath(test.id)}`,
  };
}

async function* asLines(rows: AsyncIterable<Record<string, string>>): AsyncIterable<string> {
  let people = 0;
  for await (const { userName, reasons, localPassword } of rows) {
    people += 1;
    yield printable(`${userName}  ${reasons}${localPassword === 'yes' ? ' (has a local password)' : ''}`);
  }
  yield people === 0 ? 'Nobody would be locked out.' : `${people.toLocaleString('en')} would be locked out.`;
}
