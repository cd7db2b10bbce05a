import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import { openStore } from '../../../src/db/open.ts';
import { scimRoutes } from '../../../src/scim/http/routes.ts';
import { addSource } from '../../../src/sources/profileSources.ts';
import { aDomain } from '../../support/rows.ts';
import { testDeps } from '../../support/testDeps.ts';

// A SCIM server in its own process, to be killed while it writes. Prints its port and token to standard output.
const deps = { ...(await testDeps({ store: await openStore(process.argv[2] ?? '') })), randomBytes, now: Date.now };
const added = await addSource(deps, { name: 'Crash' });
if (!added.ok) throw new Error('The source was refused');
const app = express();
app.use((_req, res, next) => {
  res.locals.domain = aDomain({ url: 'http://localhost' });
  next();
});
app.use(scimRoutes(deps));
const server = createServer(app).listen(0, '127.0.0.1');
await once(server, 'listening');
console.log(JSON.stringify({ port: (server.address() as AddressInfo).port, token: added.value.token }));
