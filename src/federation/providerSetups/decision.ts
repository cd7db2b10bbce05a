import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, fieldErrors, invalid } from '../../errors.ts';
import { lines } from '../../formText.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import { type ProviderSetup, writeDecision } from '../../store/providerSetups.ts';
import { importInto } from '../importMetadata.ts';
import { findKnown, type ImportTarget, type KnownProvider, targetsFor } from '../importTarget.ts';
import { readMetadata } from '../metadata/readMetadata.ts';
import { type SourcedMetadata, withUrlWarnings } from '../metadataSource.ts';
import { getProviderSetup, stateOf } from './links.ts';
import { recordLink } from './recordLink.ts';

const CHANGED = 'This was decided, revoked or sent again meanwhile. Review it again.';

/** What arrived: the metadata, the known providers with its EntityID, and where it can go. */
export type Proposal = SourcedMetadata & { known: KnownProvider[]; targets: ImportTarget[] };

/** Returns what arrived through a link, or the sentence that says why it cannot be imported any more. */
export async function readProposal(deps: Deps, setup: ProviderSetup): Promise<Proposal | string | undefined> {
  if (setup.metadataXml === null || setup.sentAt === null) return undefined;
  const read = readMetadata(setup.metadataXml, { now: deps.now() });
  if (!read.ok) return read.error.message;
  const metadata = withUrlWarnings(read.metadata, setup.metadataUrl);
  const known = await findKnown(deps.store.db, metadata);
  return { metadata, url: setup.metadataUrl, signers: '', known, targets: targetsFor(known, setup.domainId) };
}

/** What a Power User decides about: what arrived at this time, and nothing that arrives later. */
export type Reviewed = { id: string; sentAt: number; author: string };

/**
 * Approves what arrived: imports it for the domain of the link. A new provider is disabled, unless it replaces one that the domain uses.
 * @param target a known provider to update, or a new one
 * @param name of a new provider, checked; by default the one in the metadata
 * @throws NotFound, Conflict
 */
export async function approve(
  deps: Deps,
  { id, sentAt, author }: Reviewed,
  target: ImportTarget,
  name?: string,
): Promise<IdentityProvider> {
  const setup = await getProviderSetup(deps.store.db, id);
  const proposal = await readProposal(deps, setup);
  if (typeof proposal === 'string') throw new Conflict(proposal);
  if (!proposal || stateOf(setup, deps.now()) !== 'arrived') throw new Conflict(CHANGED);
  return deps.store.db.transaction().execute(async (trx) => {
    const imported = await importInto(deps, trx, proposal, target, { name, author, disabled: true });
    const decision = { decision: 'approved', reason: '', providerId: imported.id } as const;
    if (!(await writeDecision(trx, id, sentAt, { ...decision, decidedAt: deps.now(), decidedBy: author })))
      throw new Conflict(CHANGED);
    const approved = { state: 'approved', provider: imported.name };
    await recordLink(deps, trx, 'setup_link.changed', setup, { state: 'arrived' }, approved);
    return imported;
  });
}

const schema = z.object({ reason: lines(1_000).min(1, 'Enter what has to be corrected. The visitor reads it.') });

/** Declines what arrived, with a reason for the visitor, who may send something else while the link is valid. @throws NotFound, Conflict */
export async function decline(deps: Deps, { id, sentAt, author }: Reviewed, reason: string): Promise<Checked<null>> {
  const parsed = schema.safeParse({ reason });
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const decision = { decision: 'declined', reason: parsed.data.reason, providerId: null } as const;
  const decided = { ...decision, decidedAt: deps.now(), decidedBy: author };
  await deps.store.db.transaction().execute(async (trx) => {
    const setup = await getProviderSetup(trx, id);
    if (!(await writeDecision(trx, id, sentAt, decided))) throw new Conflict(CHANGED);
    const declined = { state: 'declined', reason: parsed.data.reason };
    await recordLink(deps, trx, 'setup_link.changed', setup, { state: 'arrived' }, declined);
  });
  return { ok: true, value: null };
}
