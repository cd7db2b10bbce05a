import { exportLockedOut, lockedOutColumns } from '../federation/lockedOut.ts';
import { startTest, testPath, testStateOf } from '../federation/loginTests.ts';
import { domainsOfProviders } from '../federation/providers.ts';
import type { Domain } from '../store/domains.ts';
import { listDomains } from '../store/domains.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { findLoginActivity } from '../store/loginActivity.ts';
import { listLoginTests } from '../store/loginTests.ts';
import { type Call, type Command, isoTime, type Output, printable, Refused, table } from './command.ts';
import { csvLines } from './csvLines.ts';
import { domainAt } from './domainAt.ts';
import { providerNamed } from './providerShown.ts';

const LISTED = 20;

export const loginTestCommands: Command[] = [
  {
    name: 'idp test',
    operands: 'IDP',
    summary: 'Start a Test login with the saved settings. Prints the page to open as a Power User, within 15 minutes.',
    options: { domain: { value: 'URL', help: 'The domain to test at. Needed if the provider is used at several.' } },
    notes: 'The result is on that page, in Login activity, and in: anteroom idp tests',
    run: start,
  },
  {
    name: 'idp tests',
    operands: '',
    summary: 'List the Test logins of the last day with their results, the newest first.',
    run: listAll,
  },
  {
    name: 'idp locked-out',
    operands: 'IDP',
    summary: 'List the people who may log in, but not with this identity provider as it is saved.',
    options: { csv: { help: 'Print a CSV file.' } },
    run: listLockedOut,
  },
];

async function start({ deps, operands, text }: Call): Promise<Output> {
  const provider = await providerNamed(deps, operands[0]);
  const url = text('domain');
  const domain = url === undefined ? await onlyDomainOf(deps, provider) : await domainAt(deps, url);
  const { id, expiresAt } = await startTest(deps, domain, 'commandLine', { draft: provider, providerId: provider.id });
  const page = domain.url + testPath(id);
  const json = { id, url: page, expiresAt: isoTime(expiresAt) };
  return { json, text: `Open as a Power User, within 15 minutes: ${page}\nThe result: anteroom idp tests` };
}

async function onlyDomainOf(deps: Call['deps'], provider: IdentityProvider): Promise<Domain> {
  const used = (await domainsOfProviders(deps.store.db))(provider.id);
  const [only, ...others] = used.length > 0 ? used : await listDomains(deps.store.db);
  if (!only || others.length > 0) throw new Refused('Specify the domain to test at: --domain URL.');
  return only;
}

async function listAll({ deps }: Call): Promise<Output> {
  const { db } = deps.store;
  const domains = new Map((await listDomains(db)).map(({ id, url }) => [id, url]));
  const tests = await listLoginTests(db, LISTED);
  const json = await Promise.all(
    tests.map(async (test) => {
      const attempt = test.activityId === null ? undefined : await findLoginActivity(db, test.activityId);
      return {
        ...{
          id: test.id,
          at: isoTime(test.createdAt),
          idp: test.draft.name,
          domain: domains.get(test.domainId) ?? null,
        },
        ...{ imported: test.providerId !== null, state: testStateOf(test, deps.now()) },
        ...{ outcome: attempt?.outcome ?? null, reason: attempt?.reason ?? null, asserted: attempt?.asserted ?? null },
        url: `${domains.get(test.domainId) ?? ''}${testPath(test.id)}`,
      };
    }),
  );
  const lines = json.map(({ at, idp, domain, state, outcome, reason, asserted }) =>
    [at, idp, domain, state, outcome, reason, asserted].map((value) => value ?? ''),
  );
  const titles = ['AT', 'IDP', 'DOMAIN', 'STATE', 'OUTCOME', 'REASON', 'ASSERTED'];
  return { json, text: table(titles, lines, 'There are no tests. Start one with: anteroom idp test IDP') };
}

async function listLockedOut({ deps, operands, has }: Call): Promise<Output> {
  const { settings } = await providerNamed(deps, operands[0]);
  const rows = exportLockedOut(deps, settings);
  return { rows, lines: has('csv') ? csvLines(rows, lockedOutColumns) : asLines(rows) };
}

async function* asLines(rows: AsyncIterable<Record<string, string>>): AsyncIterable<string> {
  let people = 0;
  for await (const { userName, reasons, localPassword } of rows) {
    people += 1;
    yield printable(`${userName}  ${reasons}${localPassword === 'yes' ? ' (has a local password)' : ''}`);
  }
  yield people === 0 ? 'Nobody would be locked out.' : `${people.toLocaleString('en')} would be locked out.`;
}
