import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buildProvider } from './app.ts';
import { createLogins } from './console/logins.ts';
import type { Deps, KeyPair } from './deps.ts';
import { usualCost } from './directory/password.ts';
import { seedState } from './directory/seed.ts';
import { readState, writeState } from './directory/stateFile.ts';
import type { State } from './directory/types.ts';
import { createKeyPair } from './saml/keyPair.ts';

export type ProviderOptions = {
  host?: string; // 127.0.0.1 by default
  port?: number; // 0, the default, picks a free one
  stateFile?: string; // where the state is saved; in memory only if omitted
  now?: () => number; // epoch milliseconds
  randomBytes?: (size: number) => Buffer;
  createKeyPair?: () => Promise<KeyPair>; // RSA-2048 by default
  passwordCost?: number; // scrypt's N
};

export type Provider = { url: string; state: State; deps: Deps; close: () => Promise<void> };

/** Starts Cloud Directory and resolves once it listens. Rejects with the system's error, such as EADDRINUSE. */
export async function startProvider(options: ProviderOptions = {}): Promise<Provider> {
  const { host = '127.0.0.1', port = 0, stateFile } = options;
  const server = createServer();
  await listen(server, port, host);
  const random = options.randomBytes ?? randomBytes;
  const passwordCost = options.passwordCost ?? usualCost;
  const state = (stateFile && readState(stateFile)) || seedState({ randomBytes: random, passwordCost });
  const deps: Deps = {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    state,
    save: () => stateFile && writeState(stateFile, state),
    logins: createLogins(random),
    provisioning: { last: Promise.resolve() },
    now: options.now ?? Date.now,
    randomBytes: random,
    createKeyPair: options.createKeyPair ?? createKeyPair,
    passwordCost,
  };
  server.on('request', buildProvider(deps));
  return { url: deps.url, state, deps, close: () => close(server) };
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
