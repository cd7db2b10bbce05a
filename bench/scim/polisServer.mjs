import { createRequire } from 'node:module';

// Ory Polis' library (@boxyhq/saml-jackson) on SQLite, behind the thin Express app of its documentation.
// Plain JavaScript: it runs on the Node that its native addon was built for, which may not strip types.
const { PORT = '0', FILE = '' } = process.env;
const require = createRequire(new URL('../package.json', import.meta.url));
const express = require('express');
const { controllers } = require('@boxyhq/saml-jackson');

const { directorySyncController } = await controllers({
  externalUrl: `http://127.0.0.1:${PORT}`,
  samlPath: '/saml',
  scimPath: '/scim',
  db: { engine: 'sql', type: 'sqlite', url: FILE },
  logger: { info: () => {}, warn: () => {}, error: console.error },
  noAnalytics: true,
});
const made = await directorySyncController.directories.create({
  tenant: 'bench',
  product: 'bench',
  type: 'generic-scim-v2',
  name: 'Bench',
});
const directory = made.data;

const app = express();
app.use(express.json({ type: ['application/json', 'application/scim+json'], limit: '20mb' }));
app.all(['/scim/:type', '/scim/:type/:id'], async (req, res) => {
  const { count, startIndex, filter } = req.query;
  const { status, data } = await directorySyncController.requests.handle({
    method: req.method,
    body: req.body,
    directoryId: directory.id,
    resourceType: req.params.type.toLowerCase(),
    resourceId: req.params.id,
    apiSecret: directory.scim.secret,
    query: { count: Number(count ?? 100), startIndex: Number(startIndex ?? 1), filter },
  });
  res.status(status).json(data);
});
app.listen(Number(PORT), '127.0.0.1');
