import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { readCount } from '../../../src/store/directoryCounts.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer, type ScimServer } from '../support/scimServer.ts';

describe('scim/body', () => {
  let scim: ScimServer;

  beforeEach(async () => {
    scim = await openScimServer();
  });

  it('refuses what is no JSON, and ambiguous JSON, with invalidSyntax', async () => {
    const nested = `{"userName":"a","x":${'['.repeat(5_000)}${']'.repeat(5_000)}}`;
    for (const body of [
      '{',
      '[1',
      '',
      Buffer.from('{"userName":"\xff"}', 'latin1'),
      '{"userName":"a","USERNAME":"b"}',
      '{"x":[{"a":1,"A":2}]}',
      nested,
    ]) {
      const response = await scim.call('POST', '/Users', body);
      expect(response.body, String(body).slice(0, 80)).to.include({ status: '400', scimType: 'invalidSyntax' });
    }
    expect(await readCount(scim.deps.store.db, 'users')).to.equal(0);
  });

  it('accepts JSON as SCIM or as JSON, with or without a charset', async () => {
    const types = ['application/scim+json', 'application/json', 'Application/SCIM+JSON; charset=utf-8'];
    for (const [index, type] of types.entries()) {
      const response = await scim.call('POST', '/Users', { userName: `anna ${index}` }, { 'Content-Type': type });
      expect(response.status, type).to.equal(201);
    }
  });

  it('reads a body without a media type as JSON', async () => {
    const sent = Buffer.from('{"userName":"plain"}');
    expect((await scim.call('POST', '/Users', sent, { 'Content-Type': '' })).status).to.equal(201);
  });

  it('refuses other media types and compression with 415', async () => {
    const body = gzipSync('{"userName":"anna"}');
    for (const [name, value] of [
      ['Content-Type', 'application/x-www-form-urlencoded'],
      ['Content-Encoding', 'gzip'],
    ] as const)
      expect((await scim.call('POST', '/Users', body, { [name]: value })).body, name).to.include({ status: '415' });
  });

  it('refuses more than 1,900,000 bytes with 413, whether or not the length is announced', async () => {
    const body = (bytes: number) => `{"userName":"anna","x":"${'x'.repeat(bytes - 26)}"}`;
    expect((await scim.call('POST', '/Users', body(1_900_000))).status).to.equal(201);
    expect((await scim.call('POST', '/Users', body(1_900_001))).body).to.include({ status: '413' });
    const streamed = await scim.call('POST', '/Users', new Blob([body(1_900_001)]).stream());
    expect(streamed.body).to.include({ status: '413' });
  });

  it('refuses a body of more values than any client sends with 413', async () => {
    const body = (lists: number) => `{"userName":"many ${lists}","x":[${Array(lists).fill('[]')}]}`;
    expect((await scim.call('POST', '/Users', body(39_000))).status).to.equal(201);
    for (const hostile of [body(40_000), `{"x":[${Array(80_001).fill('0')}]}`])
      expect((await scim.call('POST', '/Users', hostile)).body).to.include({ status: '413' });
  });

  it('refuses an announced length before it reads the body', async () => {
    const socket = openRequest('Content-Length: 1900001', '');
    const [response] = await once(socket, 'data');
    expect(String(response)).to.match(/^HTTP\/1.1 413 /);
    socket.destroy();
  });

  it('refuses a body that breaks off', async () => {
    openRequest('Content-Length: 100', '{"userName":').end();
    const [entry] = await readLog(scim, { outcome: 'refused' }, 1);
    expect(entry).to.include({ status: 400, detail: 'The body is incomplete.' });
  });

  /** Sends a POST with an additional header and the beginning of its body. */
  function openRequest(header: string, body: string): Socket {
    const { hostname, port, pathname } = new URL(scim.url);
    const socket = connect(Number(port), hostname);
    const headers = ['Host: x', `Authorization: Bearer ${scim.token}`, 'Content-Type: application/json', header];
    socket.write([`POST ${pathname}/Users HTTP/1.1`, ...headers, '', body].join('\r\n'));
    return socket;
  }
});
