import { expect } from 'chai';
import { addSource, changeSource, rotateToken, setSourceActive } from '../../../src/sources/profileSources.ts';
import { deleteSource } from '../../../src/store/profileSources.ts';
import { type Anteroom, startAnteroom } from '../../support/anteroom.ts';
import { readLog } from '../support/readLog.ts';

const PATH = '/api/v2/scim/oauth/token';
const HOUR_MS = 3_600_000;

type Sent = { form?: Record<string, string> | string; basic?: [id: string, secret: string]; type?: string };

describe('scim/tokenEndpoint', () => {
  let anteroom: Anteroom;
  let id: string;
  let secret: string;

  beforeEach(async () => {
    anteroom = await startAnteroom({ env: { RATE_LIMITS: 'on' } });
    const added = await addSource(anteroom.deps, { name: 'Cloud Directory' });
    if (!added.ok) throw new Error('The source was refused');
    ({ clientId: id, token: secret } = added.value);
  });

  it('issues an access token for the Client ID and the token, by HTTP Basic and in the body', async () => {
    const ways: Sent[] = [
      { basic: [id, secret] },
      { form: { client_id: id, client_secret: secret } },
      { basic: [id, secret], form: { client_id: id, scope: 'scim' } },
    ];
    for (const sent of ways) {
      const reply = await request(sent);
      expect(reply.status, JSON.stringify(reply.body)).to.equal(200);
      expect(reply.body).to.include({ token_type: 'Bearer', expires_in: 3_600, scope: 'scim' });
      expect(reply.headers.get('content-type')).to.match(/^application\/json/);
      expect([reply.headers.get('cache-control'), reply.headers.get('pragma')]).to.deep.equal(['no-store', 'no-cache']);
      expect(await statusWith(reply.body.access_token)).to.equal(200);
    }
  });

  it('accepts an access token for an hour', async () => {
    const token = await accessToken();
    anteroom.deps.clock.advance(HOUR_MS - 1);
    expect(await statusWith(token)).to.equal(200);
    anteroom.deps.clock.advance(1);
    expect(await statusWith(token)).to.equal(401);
    const [entry] = await readLog(anteroom, { outcome: 'refused' }, 1);
    expect(entry).to.include({ detail: 'expired_access_token', sourceId: id });
  });

  it('ends access tokens with their secret, and when the source is disabled or removed', async () => {
    const first = await accessToken();
    const next = await rotateToken(anteroom.deps, id);
    expect(await statusWith(first), 'after the secret was replaced').to.equal(401);
    secret = next.token;
    const second = await accessToken();
    await setSourceActive(anteroom.deps, id, false);
    expect(await statusWith(second), 'of a disabled source').to.equal(401);
    expect((await request({ basic: [id, secret] })).body.error).to.equal('invalid_client');
    await setSourceActive(anteroom.deps, id, true);
    expect(await statusWith(second)).to.equal(200);
    await deleteSource(anteroom.deps.store.db, id);
    expect(await statusWith(second), 'of a removed source').to.equal(401);
  });

  it('never issues an access token that outlives its secret', async () => {
    const next = await rotateToken(anteroom.deps, id, { overlapUntil: anteroom.deps.now() + 60_000 });
    expect((await request({ basic: [id, secret] })).body.expires_in).to.equal(60);
    expect((await request({ basic: [id, next.token] })).body.expires_in).to.equal(3_600);
    const token = await accessToken();
    anteroom.deps.clock.advance(60_000);
    expect(await statusWith(token)).to.equal(401);
  });

  it('accepts a source only from its networks, access tokens too', async () => {
    const token = await accessToken();
    await changeSource(anteroom.deps, id, { networks: ['192.0.2.0/24'] });
    expect([await statusWith(token), (await request({ basic: [id, secret] })).status]).to.deep.equal([401, 401]);
  });

  it('refuses a forged, changed or foreign access token, and the client secret of another source', async () => {
    const token = await accessToken();
    const [expiry = '', hash = '', signature = ''] = token.split('.');
    const later = (Number.parseInt(expiry, 36) + HOUR_MS).toString(36);
    for (const forged of [
      `${later}.${hash}.${signature}`,
      `${expiry}.${hash}.${signature.slice(0, -1)}`,
      `${expiry}.${hash}.`,
      `${expiry}.${hash}`,
      `${token}.x`,
      hash,
      '..',
    ])
      expect(await statusWith(forged), forged).to.equal(401);
    const other = await addSource(anteroom.deps, { name: 'Another' });
    if (!other.ok) throw new Error('The source was refused');
    expect((await request({ basic: [id, other.value.token] })).status).to.equal(401);
    expect((await request({ basic: [id, token] })).status, 'an access token as a secret').to.equal(401);
  });

  it('names what is wrong as RFC 6749 5.2 does', async () => {
    const cases: [Sent, number, string][] = [
      [{ form: '' }, 400, 'invalid_request'],
      [{ form: `{"grant_type":"client_credentials"}`, type: 'application/json' }, 400, 'invalid_request'],
      [{ form: `grant_type=client_credentials&client_id=${id}&client_id=${id}` }, 400, 'invalid_request'],
      [{ form: { client_secret: secret }, basic: [id, secret] }, 400, 'invalid_request'],
      [{ form: { client_id: 'another' }, basic: [id, secret] }, 400, 'invalid_request'],
      [{ form: `grant_type=client_credentials&x=${'x'.repeat(9_000)}` }, 400, 'invalid_request'],
      [{ form: 'grant_type=password&username=a&password=b' }, 400, 'unsupported_grant_type'],
      [{}, 401, 'invalid_client'],
      [{ form: { client_id: id } }, 401, 'invalid_client'],
      [{ basic: [id, 'wrong'] }, 401, 'invalid_client'],
      [{ basic: ['a\0b', 'c\0d'] }, 401, 'invalid_client'],
    ];
    for (const [sent, status, error] of cases) {
      const reply = await request(sent);
      expect([reply.status, reply.body.error], JSON.stringify(sent)).to.deep.equal([status, error]);
      expect(reply.body.error_description).to.be.a('string');
      if (status === 401) expect(reply.headers.get('www-authenticate')).to.equal('Basic realm="scim"');
    }
    const got = await fetch(anteroom.url + PATH);
    expect([got.status, got.headers.get('allow')]).to.deep.equal([405, 'POST']);
  });

  it('logs each request with its reason, but never a secret', async () => {
    await request({ form: { client_id: id, client_secret: secret } });
    await request({ basic: [id, 'guessed-secret'] });
    await request({});
    const rows = await readLog(anteroom, { text: 'oauth' }, 3);
    expect(rows.map(({ status, detail, sourceName }) => [status, detail, sourceName]).sort()).to.deep.equal([
      [200, null, 'Cloud Directory'],
      [401, 'no_client', null],
      [401, 'wrong_client', null],
    ]);
    expect(JSON.stringify(rows)).to.not.contain(secret).and.to.not.contain('guessed');
  });

  it('slows down guessing from an address together with wrong tokens, but not valid credentials', async () => {
    const statuses = [];
    for (let tries = 0; tries < 26; tries += 1) {
      statuses.push((await request({ basic: [id, 'guess'] })).status);
      statuses.push(await statusWith('guess'));
    }
    expect(statuses).to.deep.equal([...Array(50).fill(401), 429, 429]);
    expect((await request({ basic: [id, 'guess'] })).headers.get('retry-after')).to.equal('900');
    expect((await request({ basic: [id, secret] })).status).to.equal(200);
  });

  async function accessToken(): Promise<string> {
    return (await request({ basic: [id, secret] })).body.access_token;
  }

  async function statusWith(token: string): Promise<number> {
    const headers = { authorization: `Bearer ${token}` };
    return (await fetch(`${anteroom.url}/api/v2/scim/v2/Users?count=0`, { headers })).status;
  }

  async function request({ form = {}, basic, type = 'application/x-www-form-urlencoded' }: Sent) {
    const body =
      typeof form === 'string' ? form : `${new URLSearchParams({ grant_type: 'client_credentials', ...form })}`;
    const credentials = basic && Buffer.from(basic.map(encodeURIComponent).join(':')).toString('base64');
    const headers = { 'content-type': type, ...(credentials ? { authorization: `Basic ${credentials}` } : {}) };
    const response = await fetch(anteroom.url + PATH, { method: 'POST', headers, body });
    return { status: response.status, headers: response.headers, body: await response.json() };
  }
});
