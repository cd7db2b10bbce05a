import { expect } from 'chai';
import { deleteExpired } from '../../../src/store/expired.ts';
import { addPerson } from '../../support/anteroom.ts';
import { withStores } from '../../support/stores.ts';
import { type LogoutParts, requestParts, sendLogout, signedQuery } from '../support/logout.ts';
import { at } from '../support/message.ts';
import { type Fault, newestAttempt, respond, type Signing, startSigning } from '../support/signingProvider.ts';

const ALL = '<saml:NameID>ada@acme.com</saml:NameID>';
const MINUTE_MS = 60_000;

/** An assertion of another session at the provider, or of another time. */
const authenticated = (seconds: number, index = 'SessionIndex="_session2"'): Fault => ({
  parts: ({ authnStatement }) => ({
    authnStatement: authnStatement.replace(/AuthnInstant="[^"]+" SessionIndex="[^"]+"/, () =>
      `AuthnInstant="${at(seconds)}" ${index}`.trim(),
    ),
  }),
});

describe('a login after the logout of its session at the provider', () => {
  let signing: Signing;
  let logouts = 0;

  async function start(options: Parameters<typeof startSigning>[1] = {}): Promise<void> {
    signing = await startSigning({ clockSkewSeconds: 0 }, options);
    await addPerson(signing.deps, { userName: 'ada@acme.com' });
  }

  async function logOut(change: Partial<LogoutParts> = {}): Promise<void> {
    logouts += 1;
    const parts = { ...requestParts(`${signing.url}/saml/slo`, `_logout${logouts}`), ...change };
    expect((await sendLogout(signing, signedQuery(parts))).status).to.equal(303);
  }

  async function outcome(fault?: Fault): Promise<string> {
    await respond(signing, fault);
    const { outcome: ended, reason } = await newestAttempt(signing);
    return reason ?? ended;
  }

  const sessions = () => signing.deps.store.db.selectFrom('sessions').select('id').execute();

  withStores((open) => {
    it('is refused, and another session of the person starts', async () => {
      await start({ store: await open() });
      await logOut();
      const page = await respond(signing);
      expect([page.status, page.text.includes('You were logged out at')]).to.deep.equal([403, true]);
      expect((await newestAttempt(signing)).reason).to.equal('session_logged_out');
      expect(await sessions()).to.deep.equal([]);
      expect(await outcome(authenticated(-20))).to.equal('logged_in');
    });

    it('is refused if the logout named no SessionIndex and the person was authenticated before it', async () => {
      await start({ store: await open() });
      await logOut({ content: ALL });
      expect(await outcome()).to.equal('session_logged_out');
      expect(await outcome(authenticated(-10))).to.equal('session_logged_out');
      expect(await outcome(authenticated(-20, ''))).to.equal('session_logged_out');
      expect(await outcome(authenticated(-9))).to.equal('logged_in');
    });
  });

  it('counts the latest of several logouts', async () => {
    await start();
    const later = requestParts(`${signing.url}/saml/slo`, '_later').attributes.replace(at(-10), at(-5));
    await logOut({ content: ALL });
    await logOut({ content: ALL, attributes: later });
    await logOut({ content: ALL });
    expect(await outcome(authenticated(-6))).to.equal('session_logged_out');
  });

  it('is of that NameID and that provider', async () => {
    await start();
    await addPerson(signing.deps, { userName: 'maya@acme.com' });
    await logOut({ content: '<saml:NameID>maya@acme.com</saml:NameID>' });
    expect(await outcome()).to.equal('logged_in');
  });

  it('is forgotten after ten minutes, or with the logout request', async () => {
    await start();
    const { deps } = signing;
    const year = `${requestParts(`${signing.url}/saml/slo`, '_y').attributes} NotOnOrAfter="${at(365 * 86_400)}"`;
    await logOut({ attributes: year });
    const until = async () =>
      (await deps.store.db.selectFrom('loggedOutSessions').select('expiresAt').execute()).map(
        ({ expiresAt }) => expiresAt - deps.now(),
      );
    expect(await until()).to.deep.equal([10 * MINUTE_MS]);
    deps.clock.advance(10 * MINUTE_MS);
    await deleteExpired(deps.store.db, deps.now(), { activity: 90, messages: 14 });
    expect(await until()).to.deep.equal([]);
  });
});
