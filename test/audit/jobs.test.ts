import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { listCustomAttributes } from '../../src/people/customAttributes.ts';
import type { User } from '../../src/store/users.ts';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { untilDone } from '../admin/support/untilDone.ts';
import { runCli } from '../cli/support/runCli.ts';
import { type Anteroom, addPerson } from '../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../support/client.ts';
import { aDefinition } from '../support/customAttributes.ts';
import { withStores } from '../support/stores.ts';
import { type Entry, watchAudit } from './support/entries.ts';

const maya = 'person maya.koch 127.0.0.1';

describe('audit of jobs and custom attributes', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;
    let anna: User;
    let audit: () => Promise<Entry[]>;

    beforeEach(async () => {
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
      anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
      audit = await watchAudit(anteroom.deps);
    });

    it('records what a bulk change does to how many, that it was undone, and its changes as those of who started it', async () => {
      const started = await client.post('/settings/people/bulk/confirmed', { action: 'deactivate', person: [anna.id] });
      await untilDone(client, started);
      const job = started.location ?? '';
      await untilDone(client, await client.post(`${job}/undo`));
      const id = job.split('/').at(-1) ?? '';
      const counted = (kind: string) => [
        { name: 'kind', after: kind },
        { name: 'total', after: 1 },
      ];
      const about = { who: maya, what: 'person anna.berg' };
      expect(await audit()).to.deep.equal([
        { action: 'job.started', who: maya, what: 'job Deactivate 1 person', changes: counted('deactivate') },
        { ...about, action: 'person.deactivated', changes: [{ name: 'active', before: true, after: false }] },
        {
          action: 'job.started',
          who: maya,
          what: 'job Activate 1 person',
          changes: [{ name: 'undoes', after: id }, ...counted('activate')],
        },
        { ...about, action: 'person.activated', changes: [{ name: 'active', before: false, after: true }] },
      ]);
    });

    it('records who pauses and resumes a job, while its changes stay those of who started it', async () => {
      const { id } = await createJob(anteroom.deps, { kind: 'deactivate', input: {}, items: [anna.id] }, 'Maya');
      await audit();
      await client.post(`/settings/jobs/${id}/pause`);
      await client.post(`/settings/jobs/${id}/pause`);
      await runCli(anteroom.deps, ['job', 'resume', id]);
      expect((await audit()).map(({ action, who, changes }) => [action, who, changes[0]])).to.deep.equal([
        ['job.changed', maya, { name: 'state', before: 'running', after: 'paused' }],
        ['job.changed', 'commandLine root', { name: 'state', before: 'paused', after: 'running' }],
        ['person.deactivated', 'server Anteroom', { name: 'active', before: true, after: false }],
      ]);
    });

    it('records custom attributes that are added, changed and removed', async () => {
      const { name, label, section, type, visibleTo } = { ...aDefinition, name: 'costCode' };
      await client.post('/settings/attributes/new', { name, label, section, type, visibleTo });
      const [added] = await audit();
      expect(added).to.include({ action: 'attribute.created', who: maya, what: 'attribute costCode' });
      expect(added?.changes).to.deep.include.members([
        { name: 'name', after: 'costCode' },
        { name: 'label', after: label },
      ]);
      const [attribute] = await listCustomAttributes(anteroom.deps.store.db);
      const path = `/settings/attributes/${attribute?.id}`;
      const form = fieldsOfForm((await client.get(path)).text, path);
      await client.post(path, { ...form, label: 'Cost centre' });
      await client.post(path, { ...form, label: 'Cost centre' });
      await client.post(`${path}/removal`, { typed: 'costCode' });
      const [changed, removed, ...others] = await audit();
      const about = { who: maya, what: 'attribute costCode' };
      expect(changed).to.deep.equal({
        ...about,
        action: 'attribute.updated',
        changes: [{ name: 'label', before: label, after: 'Cost centre' }],
      });
      expect(removed).to.include({ ...about, action: 'attribute.deleted' });
      expect(removed?.changes).to.deep.include({ name: 'label', before: 'Cost centre' });
      expect(others).to.deep.equal([]);
    });
  });
});
