import { expect } from 'chai';
import { createJob } from '../../../src/jobs/jobs.ts';
import { runJob } from '../../../src/jobs/worker.ts';
import { personAttributes } from '../../../src/people/attributes.ts';
import { readImport } from '../../../src/people/importPeople.ts';
import { listJobs } from '../../../src/store/jobs.ts';
import { findUserByUserName } from '../../../src/store/users.ts';
import type { Anteroom } from '../../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { untilDone } from '../support/untilDone.ts';

describe('admin/jobs/preview', () => {
  let anteroom: Anteroom;
  let client: Client;

  beforeEach(async () => {
    ({ anteroom, client } = await startAsPowerUser());
  });

  it('shows the first lines of each kind, and all of one kind page by page', async () => {
    const lines = Array.from({ length: 201 }, (_, index) => `new.${index},Clerk`);
    const path = await preview(`userName,title,shoe size\n${lines.join('\n')}\nmaya.koch,Boss\n,Nobody\n`);
    const page = (await client.get(path)).text;
    expect(page).to.contain('Nothing has been changed yet.').and.to.contain('Unknown columns are ignored');
    expect([...page.matchAll(/<div class="h1 mb-0">([\d,]+)</g)].map(([, count]) => count)).to.deep.equal([
      '201',
      '1',
      '0',
      '1',
    ]);
    expect(page).to.contain('new.49').and.to.contain('Show all 201').and.not.to.contain('new.50<');
    const first = (await client.get(`${path}?show=create`)).text;
    expect(first).to.contain('new.199').and.not.to.contain('new.200<').and.not.to.contain('>Errors<');
    const next = /rel="next" href="([^"]+)"/.exec(first)?.[1]?.replace('&amp;', '&') ?? '';
    expect((await client.get(next)).text)
      .to.contain('new.200')
      .and.not.to.contain('rel="next"');
    expect((await client.get(`${path}?show=nonsense`)).text).to.contain('>Errors<');
  });

  it('has the skipped lines as a CSV file, with the value of each error', async () => {
    const path = await preview('userName,timezone,active\n,x,\nanna,=Mars/Olympus,perhaps\nben,,\n');
    expect((await client.get(path)).text).to.contain('timezone “=Mars/Olympus”: Enter a time zone');
    const { text } = await client.get(`${path}/errors`);
    expect(text.trim().split('\n')).to.deep.equal([
      '"line","column","value","error"',
      '"2","userName","","The user name is missing."',
      '"3","active","perhaps","Enter yes or no."',
      '"3","timezone","\'=Mars/Olympus","Enter a time zone such as Europe/Berlin."',
    ]);
    const imported = (await client.post(`${path}/import`)).location ?? '';
    expect((await client.get(`${imported}/errors`)).text).to.equal(text);
    expect((await client.get('/settings/jobs/none/errors')).status).to.equal(404);
  });

  it('imports once, as a job of its own, and links to it afterwards', async () => {
    const path = await preview('userName\nnoor\n');
    const imported = await client.post(`${path}/import`);
    expect((await untilDone(client, imported)).text).to.contain('Imported: 1 added, 0 changed.');
    expect((await client.post(`${path}/import`)).location).to.equal(imported.location);
    expect(await findUserByUserName(anteroom.deps.store.db, 'noor')).to.include({ active: true });
    const jobs = await listJobs(anteroom.deps.store.db, 9);
    expect(jobs.map(({ kind }) => kind).sort()).to.deep.equal(['import', 'preview']);
    const page = (await client.get(path)).text;
    expect(page).to.contain('This file has been imported.').and.to.contain(`href="${imported.location}"`);
    expect(page).not.to.contain('>Import 1 person<');
  });

  it('offers no import without changes', async () => {
    const path = await preview('userName\nmaya.koch\n');
    expect((await client.get(path)).text).to.contain('There is nothing to import.');
  });

  /** Reads a file. Returns the path of its preview. */
  async function preview(csv: string): Promise<string> {
    const read = await readImport(Buffer.from(csv), personAttributes);
    if (!read.ok) throw new Error('the file is invalid');
    const { id } = await createJob(anteroom.deps, read.value, 'Maya');
    await runJob(anteroom.deps, id);
    return `/settings/jobs/${id}`;
  }
});
