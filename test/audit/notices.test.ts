import { expect } from 'chai';
import { insertSource } from '../../src/store/profileSources.ts';
import { insertNotice } from '../../src/store/sourceNotices.ts';
import { addPerson, startAnteroom } from '../support/anteroom.ts';
import { logInLocally } from '../support/client.ts';
import { aSource } from '../support/rows.ts';
import { recordedDuring } from './support/recorded.ts';

describe('audit of notices', () => {
  it('records who dismisses a notice about a source, once', async () => {
    const anteroom = await startAnteroom();
    const { deps } = anteroom;
    await addPerson(deps, { userName: 'maya.koch', userType: 'Power User' });
    const client = await logInLocally(anteroom);
    const source = aSource({ name: 'JumpCloud' });
    await insertSource(deps.store.db, source);
    await insertNotice(deps.store.db, source.id, 'password', deps.now());
    const dismiss = () => client.post(`/settings/profile-sources/scim/${source.id}/notices/password/dismissal`);
    expect(await recordedDuring(deps, dismiss)).to.deep.equal([
      {
        ...{ action: 'source.notice_dismissed', who: 'person maya.koch 127.0.0.1', target: 'source JumpCloud' },
        changes: [{ name: 'notice', before: 'password' }],
      },
    ]);
    expect(await recordedDuring(deps, dismiss)).to.deep.equal([]);
  });
});
