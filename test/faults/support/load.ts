import type { Store } from '../../../src/db/open.ts';
import { addSource } from '../../../src/sources/profileSources.ts';
import { addPerson } from '../../support/anteroom.ts';
import { type Connected, connect, openTile } from '../../support/connect.ts';

const BASE = '/api/v2/scim/v2';

/** Anteroom with a SAML provider and a SCIM source, and clients of both. */
export type Load = Connected & {
  /** Sends one SCIM request. Returns the status and the body. */
  scim(method: string, path: string, body?: object): Promise<Reply>;
  /** Returns an unused SAML response for anna.berg. */
  createResponse(): Promise<string>;
  /** Delivers a SAML response. Returns the status: 303 if it was accepted. */
  deliver(response: string): Promise<number>;
};

export type Reply = { status: number; body: { id: string; detail: string; Resources: { id: string }[] } };

/** Starts Anteroom on a store, with someone who can log in. */
export async function startLoad(store: Store): Promise<Load> {
  const connected = await connect({ store });
  const { deps, url } = connected;
  await addPerson(deps, { userName: 'anna.berg', email: 'anna.berg@acme.example' });
  const added = await addSource(deps, { name: 'Load' });
  if (!added.ok) throw new Error('The source was refused');
  const authorization = `Bearer ${added.value.token}`;
  return {
    ...connected,
    async scim(method, path, body) {
      const headers = { authorization, 'content-type': 'application/scim+json' };
      const response = await fetch(url + BASE + path, { method, headers, ...(body && { body: JSON.stringify(body) }) });
      const text = await response.text();
      return { status: response.status, body: text === '' ? {} : JSON.parse(text) };
    },
    async createResponse() {
      const page = await openTile(connected, 'anna.berg');
      return page.forms.find(({ fields }) => fields.SAMLResponse)?.fields.SAMLResponse ?? '';
    },
    async deliver(response) {
      const body = new URLSearchParams({ SAMLResponse: response });
      return (await fetch(`${url}/saml/acs`, { method: 'POST', body, redirect: 'manual' })).status;
    },
  };
}

/** Runs a worker several times at once until each is done. Returns their results. */
export function inParallel<T>(workers: number, work: (worker: number) => Promise<T>): Promise<T[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
}
