import { expect } from 'chai';
import { insertAuditEntry } from '../../../src/store/audit.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { anAuditEntry } from '../../support/rows.ts';

const PATH = '/settings/security/audit/export';

describe('the export of the audit log', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  it('is a CSV file that no spreadsheet runs, with a line for each change and the names behind IDs', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    await add({
      targetKind: 'group',
      action: 'group.members_changed',
      what: {
        name: '=HYPERLINK("http://evil.example")',
        changes: [
          { name: 'members', added: [anna.id] },
          { name: 'displayName', before: 'Old', after: '@SUM(1)' },
          { name: 'token', secret: true },
        ],
      },
    });
    const response = await client.get(`${PATH}?format=csv&about=group`);
    expect(response.headers.get('content-type')).to.contain('text/csv');
    expect(response.headers.get('content-disposition')).to.contain('audit-log-2026-03-02.csv');
    expect(response.text).to.match(/^\uFEFF?"at","id","number","action","what"/);
    expect(response.text).to.contain(`"'=HYPERLINK(""http://evil.example"")"`).and.contain('"maya.koch"');
    expect(response.text).to.contain(
      '"Members: added Anna Berg\nDisplay name: Old → @SUM(1)\nToken: changed, value not recorded"',
    );
    expect(response.text.trimEnd().split('\n')).to.have.lengthOf(4);
  });

  it('is one JSON object a line, filtered as the list, with what was erased', async () => {
    await add({
      targetKind: 'webhook',
      what: { name: 'one', changes: [{ name: 'active', before: true, after: false }] },
    });
    await add({ targetKind: 'webhook', what: { name: 'two' }, at: anteroom.deps.now() + 5 });
    const { db } = anteroom.deps.store;
    const rows = async () =>
      (await client.get(`${PATH}?format=ndjson&about=webhook`)).text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [two, one] = await rows();
    expect(one).to.deep.include({
      ...{ actor: 'maya.koch', address: '192.0.2.1', target: 'one', what: 'Person changed', number: null, erased: [] },
      changes: [{ name: 'active', before: true, after: false }],
    });
    await db.updateTable('auditEntries').set({ whatJson: null, seq: 3 }).where('id', '=', two.id).execute();
    expect((await rows())[0]).to.deep.include({ target: null, changes: null, erased: ['what'], number: 3 });
    expect((await client.get(`${PATH}?format=csv&q=nothing`)).text.trimEnd().split('\n')).to.have.lengthOf(1);
    expect((await client.get(`${PATH}?network=x`)).status).to.equal(422);
  });

  function add(values: Parameters<typeof anAuditEntry>[0]): Promise<void> {
    return insertAuditEntry(anteroom.deps.store.db, anAuditEntry({ at: anteroom.deps.now(), ...values }));
  }
});
