import { expect } from 'chai';
import { flash } from '../../src/web/flash.ts';
import { addPerson, startAnteroom, testPassword } from '../support/anteroom.ts';
import { behindSession } from '../support/behindSession.ts';
import { openAtHost, sendRaw } from '../support/hostClient.ts';

describe('web/flash', () => {
  it('saves a message before the redirect to the next page is sent', async () => {
    const anteroom = await startAnteroom();
    await addPerson(anteroom.deps, {});
    const browser = openAtHost(anteroom, new URL(anteroom.url).host);
    await browser.post('/local-login', { userName: 'maya.koch', password: testPassword, return: '/' });
    const server = await behindSession(anteroom, async (req, res) => {
      await flash(req, 'Saved.');
      res.redirect(303, '/next');
    });
    let isStored = false;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => {
      letGo = resolve;
    });
    const writer = anteroom.deps.store.db.transaction().execute(() => held);
    const answer = fetch(server.url, { headers: { cookie: browser.cookie() }, redirect: 'manual' }).then(
      () => isStored,
    );
    for (let others = 0; others < 5; others += 1) await sendRaw(anteroom, '/healthz');
    isStored = true;
    letGo();
    await writer;
    expect(await answer).to.equal(true);
  });
});
