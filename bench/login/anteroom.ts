import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { parseConfig } from '../../src/config.ts';
import { ensureFirstDomain } from '../../src/federation/domains.ts';
import { confirmImport, previewMetadata } from '../../src/federation/importMetadata.ts';
import { openDeps } from '../../src/openDeps.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { withCells } from '../../src/people/csv.ts';
import { addPerson } from '../../src/people/users.ts';
import { findProvider, writeProviderSettings } from '../../src/store/identityProviders.ts';
import type { Contender } from './contender.ts';
import { freePort, startServer } from './process.ts';
import { LOGGED_IN_AS } from './responses.ts';

const MAIN = new URL('../../src/main.ts', import.meta.url).pathname;

/** Starts Anteroom as shipped, with SQLite on this disk, one provider and one person. */
export async function startAnteroom(providerMetadata: string): Promise<Contender> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = mkdtempSync(join(tmpdir(), 'anteroom-login-'));
  const env = {
    NODE_ENV: 'production',
    HOST: '127.0.0.1',
    PORT: String(port),
    PUBLIC_URL: url,
    DATA_DIR: directory,
    LOG_LEVEL: 'warn',
    RATE_LIMITS: 'off',
  };
  const audience = await seed(env, providerMetadata, url);
  const server = await startServer(process.execPath, [MAIN], { port, env });
  return {
    name: 'anteroom',
    audience,
    target: { acsUrl: audience.acsUrl, relayState: '/' },
    expected: 'Ada',
    batch: 3000,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

async function seed(env: Record<string, string>, xml: string, url: string): Promise<Contender['audience']> {
  const deps = await openDeps(parseConfig(env), pino({ level: 'silent' }));
  await ensureFirstDomain(deps);
  const preview = await previewMetadata(deps, { xml });
  if (!preview.ok) throw new Error(JSON.stringify(preview.errors));
  const { id } = await confirmImport(deps, preview.value.id);
  const provider = await findProvider(deps.store.db, id);
  if (provider === undefined) throw new Error('The provider was not stored.');
  await writeProviderSettings(deps.store.db, { ...provider, settings: { ...provider.settings, idpInitiated: true } });
  const input = withCells(
    emptyPerson,
    {
      userName: LOGGED_IN_AS,
      email: LOGGED_IN_AS,
      givenName: 'Ada',
      familyName: 'Lovelace',
    },
    personAttributes,
  );
  const added = await addPerson(deps, input);
  if (!added.ok) throw new Error(JSON.stringify(added.errors));
  await deps.store.close();
  return { entityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` };
}
