import type { Contender } from './contender.ts';
import { freePort, startServer } from './process.ts';
import { LOGGED_IN_AS, PROVIDER } from './responses.ts';

const SERVER = new URL('stockServer.ts', import.meta.url).pathname;

/** Starts a stock application: express, passport-saml and express-session with its memory store, so nothing is durable. */
export async function startStock(certificatePem: string): Promise<Contender> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const audience = { entityId: `${url}/saml/metadata`, acsUrl: `${url}/saml/acs` };
  const env = {
    NODE_ENV: 'production',
    PORT: String(port),
    ENTITY_ID: audience.entityId,
    ACS_URL: audience.acsUrl,
    CERTIFICATE: certificatePem,
    PROVIDER,
  };
  const { stop } = await startServer(process.execPath, [SERVER], { port, env });
  return {
    name: 'stock express + passport-saml',
    audience,
    target: { acsUrl: audience.acsUrl, relayState: '/' },
    expected: LOGGED_IN_AS,
    batch: 160,
    stop,
  };
}
