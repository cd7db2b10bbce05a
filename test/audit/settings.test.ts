import { expect } from 'chai';
import { readIntranetSettings } from '../../src/people/intranetSettings.ts';
import { fieldsOfForm } from '../admin/support/formFields.ts';
import { runCli } from '../cli/support/runCli.ts';
import type { Anteroom } from '../support/anteroom.ts';
import { type Client, startAsPowerUser } from '../support/client.ts';
import { withStores } from '../support/stores.ts';
import { expectNotRecorded, recordedDuring } from './support/recorded.ts';

const GENERAL = '/settings/general';
const NOTIFICATIONS = '/settings/notifications';
const LOG = '/settings/profile-sources/log';

const MAYA = 'person maya.koch 127.0.0.1';

describe('audit of settings', () => {
  withStores((open) => {
    let anteroom: Anteroom;
    let client: Client;

    beforeEach(async () => {
      ({ anteroom, client } = await startAsPowerUser({}, { store: await open() }));
    });

    it('records General with its mark, by who saves it and from where, but nothing if nothing differs', async () => {
      const target = 'settings General';
      const fields = fieldsOfForm((await client.get(GENERAL)).text, GENERAL);
      const picture = new Blob([Buffer.from('89504e470d0a1a0a0000000d', 'hex')]);
      const save = () => client.upload(GENERAL, { ...fields, name: 'Acme', messageDays: '30', 'mark.file': picture });
      const recorded = await recordedDuring(anteroom.deps, save);
      const { mark } = await readIntranetSettings(anteroom.deps.store.db);
      const changes = [
        { name: 'name', before: 'Anteroom', after: 'Acme' },
        { name: 'mark', before: '', after: mark },
        { name: 'messageDays', before: 14, after: 30 },
      ];
      expect(recorded).to.have.lengthOf(1);
      expect(recorded[0]).to.deep.include({ action: 'settings.updated', who: MAYA, target });
      expect(recorded[0]?.changes).to.have.deep.members(changes);
      expect(await recordedDuring(anteroom.deps, save)).to.deep.equal([]);
      const refused = () => client.post(GENERAL, { ...fields, name: '' });
      expect(await recordedDuring(anteroom.deps, refused)).to.deep.equal([]);
    });

    it('records General from the command line, as the doing of the user of the operating system', async () => {
      const recorded = await recordedDuring(anteroom.deps, async () => {
        await runCli(anteroom.deps, ['second-factor', '--power-users', 'required']);
        await runCli(anteroom.deps, ['activity', 'keep', '0']);
      });
      const [who, target] = ['commandLine root', 'settings General'];
      expect(recorded).to.have.deep.members([
        {
          ...{ action: 'settings.updated', who, target },
          changes: [{ name: 'secondFactor', before: 'optional', after: 'required' }],
        },
        { ...{ action: 'settings.updated', who, target }, changes: [{ name: 'messageDays', before: 14, after: 0 }] },
      ]);
    });

    it('records Notifications, of their password only that it changed', async () => {
      const fields = { host: 'smtp.acme.com', port: '587', security: 'starttls', user: 'anteroom' };
      const save = (password: string) => client.post(NOTIFICATIONS, { ...fields, password });
      const first = await recordedDuring(anteroom.deps, () => save('mail password'));
      expect(first).to.deep.equal([
        {
          ...{ action: 'settings.updated', who: MAYA, target: 'settings Notifications' },
          changes: [
            { name: 'host', before: '', after: 'smtp.acme.com' },
            { name: 'user', before: '', after: 'anteroom' },
            { name: 'passwordSealed', secret: true },
          ],
        },
      ]);
      const second = await recordedDuring(anteroom.deps, () => save('another password'));
      expect(second.map(({ changes }) => changes)).to.deep.equal([[{ name: 'passwordSealed', secret: true }]]);
      await expectNotRecorded(anteroom.deps, ['mail password', 'another password']);
    });

    it('records for how long the SCIM log is kept', async () => {
      const recorded = await recordedDuring(anteroom.deps, () => client.post(`${LOG}/retention`, { days: '7' }));
      expect(recorded).to.deep.equal([
        {
          ...{ action: 'settings.updated', who: MAYA, target: 'settings SCIM log' },
          changes: [{ name: 'scimLogDays', before: 90, after: 7 }],
        },
      ]);
    });
  });
});
