import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { maskBody, maskDetail, maskUrl } from '../../../src/scim/http/mask.ts';
import { patch } from '../support/patch.ts';
import { readLog } from '../support/readLog.ts';
import { openScimServer } from '../support/scimServer.ts';

const INTERACT = 'urn:ietf:params:scim:schemas:extension:interactsoftware:2.0:User';

describe('scim/mask', () => {
  describe('maskBody', () => {
    it('masks secrets wherever they are', () => {
      const secret = 'secret thing';
      const bodies = [
        { password: secret },
        { PassWord: secret, clientSecret: secret, token: { a: secret } },
        { [INTERACT]: { newPassword: [secret] } },
        patch({ op: 'add', path: 'PASSWORD', Value: secret }),
        patch({ op: 'add', PATH: `${INTERACT}:password`, value: secret }),
        patch({ op: 'add', path: 'pass\u200bword', value: secret }),
        patch({ op: 'add', path: 'ｐassword', value: secret }),
        patch({ op: 'add', path: 'pass%77ord', value: secret }),
        patch({ op: 'add', value: { password: secret } }),
        { Operations: [{ data: patch({ op: 'add', path: 'password', value: secret }) }] },
        { pwd: secret, Passphrase: secret },
        { filter: `password eq "${secret}"` },
        { FILTER: `emails[value eq "a"] and pwd sw "${secret}"` },
        { a: { b: [{ c: `passWord eq ${secret}` }] } },
        patch({ op: 'replace', path: `password[value eq "${secret}"]`, value: 'x' }),
        patch({ op: 'replace', path: ['password'], value: secret }),
        patch({ op: 'replace', path: { attribute: 'password' }, value: secret }),
        patch({ op: 'replace', path: 'clientSecret', new: secret, value: { deep: [secret] } }),
        patch(['replace', 'password', secret]),
        { name: 'password', content: secret },
        { [`password[value eq "${secret}"]`]: 'x' },
        { text: JSON.stringify({ password: secret }) },
        { Operations: [{ method: 'PATCH', path: `/Users/1?password=${secret}`, data: {} }] },
      ];
      for (const body of bodies) {
        expect(maskBody(body)).to.contain('•••');
        expect(maskBody(body), JSON.stringify(body)).to.not.contain(secret);
      }
    });

    it('keeps everything else', () => {
      const body = { userName: 'anna', passwordReset: true, forcePasswordReset: false, list: [1, null, { a: 'b' }] };
      expect(JSON.parse(maskBody(body))).to.deep.equal(body);
      const change = patch({ op: 'add', path: 'passwordReset', value: true });
      expect(JSON.parse(maskBody(change))).to.deep.equal(change);
    });

    it('masks no more values than it can show', () => {
      const body = { Operations: Array.from({ length: 50_000 }, (_, i) => ({ password: `hidden ${i}` })) };
      const text = maskBody(body);
      expect(text).to.not.contain('hidden');
      expect(text).to.have.length.below(16_500);
      expect(Number(/… \((\d+) characters\)$/.exec(text)?.[1])).to.be.below(100_000);
    });

    it('cuts long and deep bodies', () => {
      expect(maskBody('x'.repeat(16_382))).to.have.length(16_384);
      expect(maskBody('x'.repeat(20_000))).to.match(/x… \(20002 characters\)$/);
      let deep: unknown = 'x';
      for (let depth = 0; depth < 100; depth += 1) deep = { a: deep };
      expect(maskBody(deep)).to.match(/"…"\}+$/);
    });
  });

  it('masks the parts of a URL that mention a secret', () => {
    const query = new URLSearchParams({ filter: 'password eq "x"', count: '5', other: 'title eq "x"', pwd: 'y' });
    expect(maskUrl('/Users', query)).to.equal(
      `/Users?${new URLSearchParams([
        ['filter', '•••'],
        ['count', '5'],
        ['other', 'title eq "x"'],
        ['•••', '•••'],
      ])}`,
    );
    expect(maskUrl('/Users/password%20eq%20x', new URLSearchParams())).to.equal('/Users/•••');
  });

  it('keeps what a message quotes out of the log if the request mentions a secret', () => {
    const query = new URLSearchParams();
    const detail = "This is not a valid path: password[value eq 'x']";
    expect(maskDetail(detail, query, undefined)).to.equal('This is not a valid path•••');
    expect(maskDetail("'x' is not an operator", query, { filter: 'pwd x' })).to.equal('•••');
    expect(maskDetail("'x' is not an operator", query, { filter: 'title x' })).to.equal("'x' is not an operator");
    expect(maskDetail('token_expired', query, undefined)).to.equal('token_expired');
  });

  it('keeps the passwords of recorded requests out of the log', async () => {
    const scim = await openScimServer(undefined, { logBodies: true });
    const { steps } = JSON.parse(readFileSync('test/scim/cases/08-passwords-in-the-log.json', 'utf8'));
    let person = '';
    for (const { method, path, request, status, must } of steps) {
      const reply = await scim.call(method, path.replace('{{person}}', person), request);
      expect(reply.status, reply.text).to.equal(status ?? must.status);
      person ||= reply.body.id;
    }
    const text = JSON.stringify(await readLog(scim, {}, steps.length + 1));
    expect(text).to.contain('.search').and.not.contain('made-up-secret');
  });
});
