import { findCallingSource } from '../../../src/sources/callingSource.ts';
import { insertScimLog, type ScimLogEntry } from '../../../src/store/scimLog.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally, type Reply } from '../../support/client.ts';
import { aLogEntry } from '../../support/rows.ts';

export type Sources = {
  anteroom: Anteroom;
  client: Client;
  /** Adds a source on the SCIM screen. */
  add(name: string): Promise<{ id: string; token: string }>;
  /** Writes an entry to the SCIM log, one millisecond after the one before. Returns its ID. */
  log(values?: Partial<ScimLogEntry>): Promise<string>;
  /** Returns 'ok' for an accepted token, otherwise the reason. */
  tryToken(token: string, address?: string): Promise<string>;
};

/** Starts Anteroom with a logged-in Power User. */
export async function startForSources(): Promise<Sources> {
  const anteroom = await startAnteroom();
  await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
  const client = await logInLocally(anteroom);
  return {
    anteroom,
    client,
    add: async (name) => keyOf(await client.post('/settings/profile-sources/scim', { name, active: 'on' })),
    log: async (values) => {
      const entry = aLogEntry({ at: anteroom.deps.now(), ...values });
      await insertScimLog(anteroom.deps.store.db, [entry]);
      anteroom.deps.clock.advance(1);
      return entry.id;
    },
    tryToken: async (token, address = '192.0.2.1') => {
      const found = await findCallingSource(anteroom.deps, token, address);
      return found.ok ? 'ok' : found.reason;
    },
  };
}

/** Client ID and token on the page of a new key. */
export function keyOf({ text }: Reply): { id: string; token: string } {
  const value = (id: string) => new RegExp(`id="${id}" value="([^"]+)"`).exec(text)?.[1] ?? '';
  return { id: value('client-id'), token: value('token') };
}
