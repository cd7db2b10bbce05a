import { expect } from 'chai';
import { hostsOf } from '../../src/db/postgresUrl.ts';

describe('db/postgresUrl', () => {
  for (const [url, hosts] of [
    ['postgres://ada:p%40ss@db.acme.com/anteroom', ['postgres://ada:p%40ss@db.acme.com/anteroom']],
    [
      'postgres://ada:p@ss@one:5432,two:5433/anteroom?sslmode=verify-full&target_session_attrs=read-write',
      ['one:5432', 'two:5433'].map((host) => `postgres://ada:p@ss@${host}/anteroom?sslmode=verify-full`),
    ],
    ['postgresql://one,[::1]:5432/a?target_session_attrs=primary', ['postgresql://one/a', 'postgresql://[::1]:5432/a']],
    ['postgres:///anteroom?host=/run/postgresql', ['postgres:///anteroom?host=%2Frun%2Fpostgresql']],
    ['postgres://localhost', ['postgres://localhost']],
  ] as const)
    it(`reads the hosts of ${url}`, () => {
      expect(hostsOf(url)).to.deep.equal(hosts);
    });

  it('refuses to look for a host that only reads', () => {
    expect(() => hostsOf('postgres://one,two/a?target_session_attrs=standby')).to.throw(/must be read-write/);
  });
});
