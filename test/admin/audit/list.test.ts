import { expect } from 'chai';
import { targetKinds } from '../../../src/audit/actions.ts';
import { actionFamilies, allActions, familyOf } from '../../../src/audit/auditNames.ts';
import { addGroup } from '../../../src/people/groups.ts';
import { insertAuditEntry } from '../../../src/store/audit.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, logInLocally, startAsPowerUser } from '../../support/client.ts';
import { anAuditEntry } from '../../support/rows.ts';

const PATH = '/settings/security/audit';

describe('the audit log', () => {
  let anteroom: Anteroom;
  let client: Client;
  let maya: User;

  beforeEach(async () => {
    ({ anteroom, maya, client } = await startAsPowerUser({ givenName: 'Maya', familyName: 'Koch' }));
  });

  it('says who changed what, with links to what exists and the first changes', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg', givenName: 'Anna', familyName: 'Berg' });
    await add({
      ...{ actorId: maya.id, targetId: anna.id },
      what: {
        changes: [
          { name: 'givenName', before: '<i>Anna</i>', after: 'Anne' },
          { name: 'title', after: 'Boss' },
          { name: 'password', secret: true },
        ],
      },
    });
    await add({
      ...{ action: 'group.members_changed', targetKind: 'group', targetId: 'gone' },
      what: { name: 'Friends', changes: [{ name: 'members', added: [anna.id] }] },
    });
    const { text } = await client.get(`${PATH}?action=*`);
    expect(text).to.contain('Enter an action such as');
    const all = await client.get(`${PATH}?about=person&who=${maya.id}`);
    expect(all.text).to.contain('1 entry<').and.contain('Person changed').and.contain('192.0.2.1');
    expect(all.text).to.contain(`<a href="/settings/people/${maya.id}"><bdi>maya.koch</bdi></a>`);
    expect(all.text).to.contain(`<a href="/settings/people/${anna.id}"><bdi>anna.berg</bdi></a>`);
    expect(all.text).to.contain('&lt;i&gt;Anna&lt;/i&gt; → Anne').and.contain('<bdi>Job title</bdi>');
    expect(all.text).to.contain('and 1 more').and.not.contain('<i>').and.not.contain('value not recorded');
    const searched = await client.get(`${PATH}?q=password&about=person`);
    expect(searched.text, 'what was found comes first').to.contain('value not recorded').and.not.contain('Boss');
    const group = await client.get(`${PATH}?about=group`);
    expect(group.text).to.contain('Anna Berg added').and.contain('<bdi>Friends</bdi>');
    expect(group.text).to.not.contain('/settings/groups/gone');
  });

  it('finds by each filter, by the names of today and by what is named in values', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'u0001', givenName: 'Anna', familyName: 'Berg' });
    const at = Date.UTC(2026, 1, 20, 12);
    const changes = [{ name: 'title', before: 'Engineer', after: 'Boss' }];
    await add({
      actorId: maya.id,
      targetId: anna.id,
      at,
      who: { address: '10.1.2.3' },
      what: { name: 'u0001', changes },
    });
    const members = { name: 'Other', changes: [{ name: 'members', removed: [anna.id] }] };
    await add({ action: 'group.members_changed', targetKind: 'group', actorKind: 'source', what: members });
    for (const [query, expected] of [
      ['q=engin', 'u0001'],
      ['q=Anna+Berg', 'u0001 Other'],
      ['q=job+title', 'u0001'],
      ['q=Members', 'Other'],
      [`q=${anna.id}`, 'u0001 Other'],
      ['target=Anna', 'u0001'],
      [`target=${anna.id.toUpperCase()}`, 'u0001'],
      [`who=${maya.id}&about=person`, 'u0001'],
      ['who=Koch&about=person&from=2026-02-20&until=2026-02-20', 'u0001'],
      ['by=source', 'Other'],
      ['action=group.*', 'Other'],
      ['action=group.members_changed', 'Other'],
      ['network=10.1.0.0%2F16', 'u0001'],
    ] as const) {
      const { text } = await client.get(`${PATH}?${query}`);
      for (const name of ['u0001', 'Other'])
        expect(text.includes(`<bdi>${name}</bdi>`), `${query}: ${name}`).to.equal(expected.includes(name));
    }
    expect((await client.get(`${PATH}?q=nothing`)).text)
      .to.contain('No results')
      .and.contain('value="nothing"');
  });

  it('shows errors beside the filters, and searches nothing then', async () => {
    const { status, text } = await client.get(
      `${PATH}?by=nobody&action=x.y&about=thing&network=10.0.0.0%2F99&from=x&until=2026-02-30`,
    );
    expect(status).to.equal(422);
    for (const name of ['by', 'action', 'about', 'network', 'from', 'until'])
      expect(text).to.contain(`id="${name}-error"`);
    expect(text).to.contain('value="10.0.0.0/99"').and.contain('Correct the filters');
  });

  it('keeps the filter from page to page, and leads from one ID to the other ways to search it', async () => {
    const group = await addGroup(anteroom.deps, 'Friends');
    const targetId = group.ok ? group.value.id : '';
    for (let i = 0; i < 51; i += 1) await add({ targetId, action: 'group.updated', targetKind: 'group' });
    const query = `action=group.updated&target=${targetId}`;
    const first = await client.get(`${PATH}?${query}`);
    expect(first.text).to.contain('50 entries on this page').and.contain('Filters (2)');
    expect(first.text).to.contain(`href="/settings/groups/${targetId}"><bdi>Friends</bdi>`);
    expect(first.text).to.contain(`href="${PATH}?who=${targetId}"`).and.contain(`href="${PATH}?q=${targetId}"`);
    const [, next = ''] = /rel="next" href="([^"]*)"/.exec(first.text) ?? [];
    expect(next).to.contain(`${PATH}?action=group.updated&amp;target=${targetId}&amp;before=`);
    const second = await client.get(next.replaceAll('&amp;', '&'));
    expect(second.text).to.contain('1 entry on this page').and.contain('>Newest</a>');
    for (const before of ['-1', 'x', '%00', '0'])
      expect((await client.get(`${PATH}?before=${before}`)).status).to.equal(200);
  });

  it('is only for Power Users', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const anna = await logInLocally(anteroom, 'anna.berg');
    for (const path of [PATH, `${PATH}/export?format=ndjson`, `${PATH}/x`])
      expect((await anna.get(path)).status, path).to.equal(403);
  });

  it('offers every action and target', async () => {
    const { text } = await client.get(PATH);
    for (const value of [...allActions, ...targetKinds]) expect(text).to.contain(`<option value="${value}">`);
    expect(allActions.filter((action) => !(familyOf(action) in actionFamilies))).to.deep.equal([]);
  });

  function add(values: Parameters<typeof anAuditEntry>[0]): Promise<void> {
    return insertAuditEntry(anteroom.deps.store.db, anAuditEntry({ at: anteroom.deps.now(), ...values }));
  }
});
