import { AsyncLocalStorage } from 'node:async_hooks';
import { createServer } from 'node:http';
import { pino } from 'pino';
import { buildApp } from '../../src/app.ts';
import { openBackground } from '../../src/background.ts';
import { parseConfig } from '../../src/config.ts';
import { openStore } from '../../src/db/open.ts';
import type { Deps } from '../../src/deps.ts';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { createKeyParsers } from '../../src/federation/keys.ts';
import { openTraffic } from '../../src/federation/traffic.ts';
import { hashToken } from '../../src/identifier.ts';
import { recommendedCost } from '../../src/login/passwords.ts';
import { createKeyPair, openRandomBytes } from '../../src/openDeps.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { deriveSecrets } from '../../src/secrets.ts';
import { insertSource, insertSourceToken } from '../../src/store/profileSources.ts';
import { openWebhooks } from '../../src/webhooks/publish.ts';

// The whole application with one profile source. PORT, FILE (the database) and TOKEN come from the environment.
const { PORT = '0', FILE = '', TOKEN = '' } = process.env;
const randomBytes = openRandomBytes();
const secrets = deriveSecrets(randomBytes(32), randomBytes);
const deps: Deps = {
  config: parseConfig({ PUBLIC_URL: `http://127.0.0.1:${PORT}` }),
  store: await openStore(`sqlite:${FILE}`),
  secrets,
  attributes: { list: personAttributes, version: 0 },
  now: Date.now,
  randomBytes,
  keys: { createKeyPair, ...createKeyParsers(secrets) },
  passwordCost: recommendedCost,
  actors: new AsyncLocalStorage(),
  webhooks: openWebhooks(),
  traffic: openTraffic(),
  metadataFetches: new Map(),
  metadataRefreshes: new Map(),
  background: openBackground(),
  log: pino({ level: 'error' }),
};
const { db } = deps.store;
const now = Date.now();
await ensureFirstDomain(deps);
await insertSource(db, {
  id: 'bench',
  name: 'Bench',
  active: true,
  logBodies: false,
  readOnly: false,
  patchResponse: 'resource',
  networks: [],
  mayGrantPowerUser: false,
  maySetPasswords: true,
  mayTakeOver: true,
  refuseUnknownAttributes: false,
  refuseUnknownMembers: false,
  ownership: ' ',
  mappingJson: '[]',
  lastCallAt: null,
  createdAt: now,
  modifiedAt: now,
});
await insertSourceToken(db, {
  tokenHash: hashToken(TOKEN),
  sourceId: 'bench',
  hint: '',
  createdAt: now,
  expiresAt: null,
});
const app = buildApp(deps);
createServer((req, res) => {
  // Reports the memory of this process.
  if (req.url?.endsWith('/memory')) res.end(JSON.stringify({ bytes: process.memoryUsage().rss }));
  else app(req, res);
}).listen(Number(PORT), '127.0.0.1');
