import { expect } from 'chai';
import { removeUser, setActive } from '../../../src/people/users.ts';
import { changeOwnership } from '../../../src/sources/ownership.ts';
import { addSource } from '../../../src/sources/profileSources.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import { type Anteroom, addPerson } from '../../support/anteroom.ts';
import { type Client, type Reply, startAsPowerUser } from '../../support/client.ts';
import { untilDone } from '../support/untilDone.ts';

const IMPORT = '/settings/people/import';

describe('admin/people/import', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('previews a file line by line without changing anything', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg', title: 'Clerk', department: 'Sales' });
    const page = await choose(
      'User Name;First name;title;e-mail;shoe size\nANNA.berg;;Boss;;38\nben.tal;Ben;;ben@acme.com;\nmaya.koch;Maya;;;\n;x;;;\ncleo;;;no address;\nben.tal;;;;\na;b;c;d;e;f\n',
    );
    expect(page.status).to.equal(200);
    expect(page.text).to.contain('shoe size');
    expect(countsOf(page)).to.deep.equal(['1', '1', '1', '4']);
    expect(page.text).to.contain('<del class="text-secondary">Clerk</del> Boss').and.to.contain('Import 2 people');
    expect(page.text)
      .to.contain('The user name is missing.')
      .and.to.contain('email “no address”: Enter an e-mail address');
    expect(page.text).to.contain('Line 3 has the same user name.').and.to.contain('more cells than the first line');
    expect(await find('ben.tal')).to.equal(undefined);
    expect((await find('anna.berg'))?.title).to.equal('Clerk');
  });

  it('imports what the preview shows, with managers from the same file, and changes nothing else', async () => {
    await addPerson(anteroom.deps, { userName: 'anna.berg', title: 'Clerk', department: 'Sales' });
    const page = await choose(
      'userName,title,manager,mobilePhone,city,active,omitFromSearch\nanna.berg,Boss,ben.tal,,,no,yes\nben.tal,,maya.koch,+49 1,Berlin,,\n',
    );
    const done = await confirm(page);
    expect((await client.follow(done)).text).to.contain('Imported: 1 added, 1 changed.');
    const [anna, ben, maya] = [await find('anna.berg'), await find('ben.tal'), await find('maya.koch')];
    expect(anna).to.include({ title: 'Boss', department: 'Sales', active: false });
    expect(anna?.profile.enterprise?.manager).to.deep.equal({ value: ben?.id });
    expect(ben?.profile.enterprise?.manager).to.deep.equal({ value: maya?.id });
    expect(ben?.profile.phoneNumbers).to.deep.equal([{ value: '+49 1', type: 'mobile' }]);
    expect(ben?.profile.addresses).to.deep.equal([{ formatted: 'Berlin', type: 'work', locality: 'Berlin' }]);
  });

  it('skips what was changed since the preview, and says so', async () => {
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const page = await choose('userName,title,manager\nben.tal,,\nanna.berg,Boss,\ncleo,,gone\ngone,,\ndora,Chief,\n');
    for (const userName of ['ben.tal', 'gone']) await addPerson(anteroom.deps, { userName });
    await setActive(anteroom.deps, anna.id, false);
    await removeUser(anteroom.deps, (await find('gone'))?.id ?? '');
    await addPerson(anteroom.deps, { userName: 'gone' });
    const done = (await client.follow(await confirm(page))).text;
    expect(done).to.contain('Imported: 2 added, 0 changed.').and.to.contain('3 skipped');
    expect(done).to.contain('Line 2: This user name is already taken.');
    expect(done).to.contain('Line 3: This person was changed in the meantime.');
    expect((await find('anna.berg'))?.title).to.equal(null);
  });

  it('adds no person without the manager that the file names', async () => {
    const page = await choose(
      'userName,manager\nanna.berg,ben.tal\nben.tal,cleo\ncleo,anna.berg\ndora,emil\nemil,maya.koch\n',
    );
    const done = (await client.follow(await confirm(page))).text;
    expect(done)
      .to.contain('Imported: 2 added')
      .and.to.contain('Their manager ben.tal is not in the People Directory.');
    expect(await find('anna.berg')).to.equal(undefined);
    expect((await find('dora'))?.profile.enterprise?.manager).to.deep.equal({ value: (await find('emil'))?.id });
  });

  it('shows a large file page by page, and imports it in the background', async () => {
    const lines = Array.from({ length: 450 }, (_, index) => `person.${index}${index === 449 ? ',x' : ''}`);
    const page = await untilDone(
      client,
      await client.upload(IMPORT, { file: new Blob([`userName\n${lines.join('\n')}\n`]) }),
    );
    expect(countsOf(page)).to.deep.equal(['449', '0', '0', '1']);
    expect(page.text).to.contain('person.49<').and.to.contain('Show all 449').and.not.to.contain('person.50<');
    const path = /href="([^"]+show=create)"/.exec(page.text)?.[1] ?? '';
    const second = /rel="next" href="([^"]+)"/.exec((await client.get(path)).text)?.[1]?.replace('&amp;', '&') ?? '';
    const third = /rel="next" href="([^"]+)"/.exec((await client.get(second)).text)?.[1]?.replace('&amp;', '&') ?? '';
    expect((await client.get(third)).text)
      .to.contain('person.448<')
      .and.not.to.contain('rel="next"');
    const done = await untilDone(client, await confirm(page));
    expect(done.text).to.contain('Imported: 449 added, 0 changed.').and.to.contain('Line 451:');
  });

  it('changes neither the last Power User nor what a profile source owns', async () => {
    const source = await addSource(anteroom.deps, { name: 'JumpCloud' });
    if (!source.ok) throw new Error('no source');
    const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
    const sourceId = source.value.source.id;
    await anteroom.deps.store.db.updateTable('users').set({ sourceId }).where('id', '=', anna.id).execute();
    await changeOwnership(anteroom.deps, sourceId, { added: ['title'] });
    await addPerson(anteroom.deps, { userName: 'bert.lund' });
    await anteroom.deps.store.db.updateTable('users').set({ sourceId }).where('userName', '=', 'bert.lund').execute();
    const lines = [
      'userName,userType,title,bio',
      'anna.berg,,Boss,x',
      'maya.koch,Intranet User,,',
      'bert.lund,,,Likes trains.',
    ];
    const page = await choose(`${lines.join('\n')}\n`);
    expect(page.text).to.contain('title “Boss”: JumpCloud owns this. Change it there.');
    expect((await client.follow(await confirm(page))).text).to.contain('Line 3: This is the last active Power User.');
    expect((await find('bert.lund'))?.profile.interact?.bio).to.equal('Likes trains.');
    expect((await find('anna.berg'))?.profile.interact).to.equal(undefined);
    expect((await find('maya.koch'))?.userType).to.equal('Power User');
  });

  it('explains what is wrong with a file', async () => {
    for (const [content, error] of [
      ['', 'Select a file.'],
      ['name,title\nx,y\n', 'one of them must be userName'],
      [new Uint8Array(15 * 1024 * 1024 + 1), 'larger than 15 MB'],
    ] as const) {
      const page = await choose(content);
      expect(page.status, error).to.equal(422);
      expect(page.text).to.contain(error);
    }
  });

  it('exports the list, and imports the export without a change', async () => {
    const fields = { userName: 'anna.berg', givenName: '=1+1', title: '-', email: 'anna@acme.com' };
    await addPerson(anteroom.deps, fields);
    const csv = await client.get('/settings/people/export');
    expect(csv.headers.get('content-disposition')).to.equal('attachment; filename=people-2026-03-02.csv');
    expect(csv.text).to.contain("'=1+1").and.to.contain('maya.koch');
    expect((await client.get('/settings/people/export?q=anna')).text).not.to.contain('maya.koch');
    expect(countsOf(await choose(csv.text))).to.deep.equal(['0', '0', '2', '0']);
  });

  async function choose(content: string | Uint8Array<ArrayBuffer>): Promise<Reply> {
    const answer = await client.upload(IMPORT, { file: new Blob([content], { type: 'text/csv' }) });
    return answer.status === 303 ? client.follow(answer) : answer;
  }

  function confirm({ text }: Reply): Promise<Reply> {
    const action = /action="(\/settings\/jobs\/[^"]+\/import)"/.exec(text)?.[1] ?? '';
    return client.post(action);
  }

  function find(userName: string) {
    return findUserByUserName(anteroom.deps.store.db, userName);
  }
});

/** Added, changed, the same, errors. */
function countsOf({ text }: Reply): string[] {
  return [...text.matchAll(/<div class="h1 mb-0">([\d,]+)</g)].map((match) => match[1] ?? '');
}
