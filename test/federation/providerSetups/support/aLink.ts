import { ensureFirstDomain, setUpDomain } from '../../../../src/federation/domains.ts';
import { createProviderSetup, type LinkInput } from '../../../../src/federation/providerSetups/links.ts';
import { propose, send, startVisit } from '../../../../src/federation/providerSetups/visit.ts';
import { type Domain, listDomains } from '../../../../src/store/domains.ts';
import { findProviderSetup, type ProviderSetup } from '../../../../src/store/providerSetups.ts';
import type { TestDeps } from '../../../support/testDeps.ts';
import { fixture } from '../../metadata/fixtures.ts';

export type ALink = { domain: Domain; id: string; link: string };

/** Sets the first domain up and creates a link for it. */
export async function aLink(deps: TestDeps, input: Partial<LinkInput> = {}): Promise<ALink> {
  await ensureFirstDomain(deps);
  const [first] = await listDomains(deps.store.db);
  const domain = await setUpDomain(deps, first?.id ?? '');
  const entered = { note: 'Kim at Contoso IT', days: 7, guide: '', ...input };
  const created = await createProviderSetup(deps, domain, entered, 'Maya Koch');
  if (!created.ok) throw new Error(JSON.stringify(created.errors));
  return { domain, id: created.value.setup.id, link: created.value.link };
}

/** Opens a link in a browser without cookies. Returns the value of its cookie. */
export async function open(deps: TestDeps, { domain, link }: ALink): Promise<string> {
  const started = await startVisit(deps, domain.id, link, { from: '192.0.2.1', visitorOf: () => undefined });
  if (typeof started === 'string') throw new Error(started);
  return started.visitor ?? '';
}

/** Opens a link and sends metadata through it. */
export async function arrive(deps: TestDeps, a: ALink, xml = fixture('okta')): Promise<ProviderSetup> {
  await open(deps, a);
  await provide(deps, a.id, xml);
  await send(deps, await row(deps, a.id), 'Hello', null);
  return row(deps, a.id);
}

/** Provides metadata through an open link. */
export async function provide(deps: TestDeps, id: string, xml: string): Promise<void> {
  const read = await propose(deps, await row(deps, id), { xml });
  if (!read.ok) throw new Error(JSON.stringify(read.errors));
}

export async function row({ store }: TestDeps, id: string): Promise<ProviderSetup> {
  const found = await findProviderSetup(store.db, id);
  if (!found) throw new Error('There is no such link.');
  return found;
}
