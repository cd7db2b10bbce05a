import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { configurationPage } from '../scripts/configurationPage.ts';
import { parseConfig, variables } from '../src/config.ts';
import { certificateFor } from './audit/syslog/support/receivers.ts';
import { tempFolder } from './support/tempFolder.ts';

describe('config', () => {
  it('needs no variable for a first start', () => {
    expect(parseConfig({})).to.deep.equal({
      production: false,
      host: 'localhost',
      port: 3000,
      publicUrl: 'http://localhost:3000',
      databaseUrl: 'sqlite:data/anteroom.db',
      databasePoolSize: 20,
      databaseWaitMs: 60_000,
      dataDir: 'data',
      secretKey: undefined,
      trustProxy: false,
      metadataPrivateNetworks: 'allow',
      webhookPrivateNetworks: 'allow',
      rateLimits: true,
      loginActivityDays: 400,
      auditSyslog: undefined,
      logLevel: 'info',
    });
  });

  it('treats an empty variable as absent', () => {
    const empty = Object.fromEntries(variables.map(({ name }) => [name, '']));
    expect(parseConfig(empty)).to.deep.equal(parseConfig({}));
  });

  it('requires PUBLIC_URL in production, and has stricter defaults', () => {
    expect(errorsOf({ NODE_ENV: 'production' })).to.match(/PUBLIC_URL is required with NODE_ENV=production/);
    const config = parseConfig({ NODE_ENV: 'production', PUBLIC_URL: 'https://intranet.acme.com' });
    const denied = { metadataPrivateNetworks: 'deny', webhookPrivateNetworks: 'deny' };
    expect(config).to.include({ production: true, host: '::', ...denied, rateLimits: true });
  });

  it('uses the values of the environment', () => {
    const config = parseConfig({
      HOST: '127.0.0.1',
      PORT: '0',
      PUBLIC_URL: 'HTTPS://Intranet.Acme.com:443/',
      DATA_DIR: '/var/lib/anteroom',
      SECRET_KEY: Buffer.alloc(32).toString('base64'),
      METADATA_PRIVATE_NETWORKS: 'deny',
      RATE_LIMITS: 'off',
      LOG_LEVEL: 'warn',
    });
    expect(config).to.include({
      host: '127.0.0.1',
      port: 0,
      publicUrl: 'https://intranet.acme.com',
      rateLimits: false,
    });
    expect(config).to.include({ databaseUrl: 'sqlite:/var/lib/anteroom/anteroom.db', logLevel: 'warn' });
    expect(parseConfig({ DATABASE_URL: 'postgres://a:b@c/d' }).databaseUrl).to.equal('postgres://a:b@c/d');
    expect(parseConfig({ PORT: '8080' }).publicUrl).to.equal('http://localhost:8080');
  });

  it('reads TRUST_PROXY as Express does', () => {
    const trust = (value: string) => parseConfig({ TRUST_PROXY: value }).trustProxy;
    expect(trust('off')).to.equal(false);
    expect(trust('2')).to.equal(2);
    expect(trust('loopback, 10.0.0.0/8,fd00::/8')).to.deep.equal(['loopback', '10.0.0.0/8', 'fd00::/8']);
    for (const value of ['on', 'proxy.acme.com', '10.0.0.0/33', '10.0.0.0/', '::/129', '10.0.0.1,', '-1', '1.5'])
      expect(errorsOf({ TRUST_PROXY: value }), value).to.match(/^ {2}TRUST_PROXY must be/m);
  });

  it('reads where the audit log is sent, with the usual ports', () => {
    const read = (env: Record<string, string>) => parseConfig(env).auditSyslog;
    const none = { ca: undefined, identity: undefined };
    expect(read({ AUDIT_SYSLOG: 'TLS://siem.acme.com' })).to.deep.equal({
      ...{ url: 'tls://siem.acme.com:6514', protocol: 'tls', host: 'siem.acme.com', port: 6514, facility: 10, ...none },
    });
    expect(read({ AUDIT_SYSLOG: 'tcp://[fd00::1]/', AUDIT_SYSLOG_FACILITY: 'local3' })).to.deep.include({
      ...{ url: 'tcp://[fd00::1]:601', host: 'fd00::1', port: 601, facility: 19 },
    });
    expect(read({ AUDIT_SYSLOG: 'udp://10.0.0.1:80' })).to.deep.include({ port: 80 });
    expect(read({ AUDIT_SYSLOG: 'udp://10.0.0.1' })).to.deep.include({ port: 514 });
    const wrong = [
      'siem',
      'http://siem',
      'tls://',
      'tls://a:0',
      'tls://a:99999',
      'tls://a/x',
      'tls://u:p@a',
      'tls://a?b',
    ];
    for (const url of wrong) expect(errorsOf({ AUDIT_SYSLOG: url }), url).to.match(/^ {2}AUDIT_SYSLOG must be tls:/m);
    expect(errorsOf({ AUDIT_SYSLOG_FACILITY: 'mail' })).to.match(/^ {2}AUDIT_SYSLOG_FACILITY /m);
  });

  it('reads the certificates of syslog from files, and refuses files without them', async () => {
    const { cert, key } = await certificateFor('localhost');
    const folder = tempFolder();
    const [ca, pair, other] = ['ca', 'pair', 'other'].map((name) => join(folder, name));
    writeFileSync(ca ?? '', cert);
    writeFileSync(pair ?? '', `${key}\n${cert}`);
    writeFileSync(other ?? '', 'hunter2');
    const read = (env: Record<string, string | undefined>) =>
      ({ AUDIT_SYSLOG: 'tls://siem', ...env }) as Record<string, string>;
    const config = parseConfig(read({ AUDIT_SYSLOG_CA: ca, AUDIT_SYSLOG_CERTIFICATE: pair }));
    expect(config.auditSyslog).to.include({ ca: cert, identity: `${key}\n${cert}` });
    const message = errorsOf(read({ AUDIT_SYSLOG_CA: other, AUDIT_SYSLOG_CERTIFICATE: ca }));
    expect(message).to.include(`AUDIT_SYSLOG_CA ${other} has no certificate in PEM`);
    expect(message).to.include(`AUDIT_SYSLOG_CERTIFICATE ${ca} must have a certificate and its private key in PEM`);
    expect(message).not.to.include('hunter2');
    expect(errorsOf(read({ AUDIT_SYSLOG_CA: '/none' }))).to.include('AUDIT_SYSLOG_CA /none cannot be read: ENOENT');
    expect(errorsOf(read({ AUDIT_SYSLOG: 'udp://siem', AUDIT_SYSLOG_CA: ca }))).to.include('AUDIT_SYSLOG_CA needs ');
    expect(errorsOf({ AUDIT_SYSLOG_CERTIFICATE: pair ?? '' })).to.include('AUDIT_SYSLOG_CERTIFICATE needs ');
  });

  it('lists all invalid variables', () => {
    const message = errorsOf({
      PORT: '99999',
      DATABASE_URL: 'mysql://x',
      RATE_LIMITS: 'yes',
      LOG_LEVEL: 'loud',
      SECRET_KEY: 'short',
    });
    for (const name of ['PORT', 'DATABASE_URL', 'RATE_LIMITS', 'LOG_LEVEL', 'SECRET_KEY'])
      expect(message).to.match(new RegExp(`^  ${name} `, 'm'));
  });

  it('refuses a PUBLIC_URL that is not just scheme, host and port', () => {
    const addresses = [
      'intranet.acme.com',
      'ftp://acme.com',
      'https://acme.com/path',
      'https://acme.com/?a',
      'https://u@acme.com',
      'https://:p@acme.com',
    ];
    for (const address of addresses) expect(errorsOf({ PUBLIC_URL: address }), address).to.match(/^ {2}PUBLIC_URL /m);
  });

  it('shows no secret in an error', () => {
    expect(errorsOf({ SECRET_KEY: 'hunter2', DATABASE_URL: 'mysql://root:hunter2@db' })).not.to.include('hunter2');
  });

  it('is frozen', () => {
    expect(Object.isFrozen(parseConfig({}))).to.equal(true);
  });

  it('matches docs/configuration.md (otherwise: npm run docs)', () => {
    const page = readFileSync(new URL('../docs/configuration.md', import.meta.url), 'utf8');
    expect(page).to.equal(configurationPage(variables));
  });

  it('documents every variable that it reads', () => {
    for (const { name, fallback, meaning } of variables) {
      expect(fallback, name).to.be.a('string');
      expect(meaning, name).to.match(/\.$/);
    }
  });
});

function errorsOf(env: Record<string, string>): string {
  try {
    parseConfig(env);
    return '';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
