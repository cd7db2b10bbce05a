import type { AuditAction } from '../../audit/actions.ts';
import { currentActor } from '../../audit/actor.ts';
import { changesBetween } from '../../audit/changes.ts';
import { recordChange } from '../../audit/record.ts';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import type { ProviderSetup } from '../../store/providerSetups.ts';
import { SECRETS } from '../recordProvider.ts';

type Link = Pick<ProviderSetup, 'id' | 'note'>;

/** Records what a Power User did with a provider setup link. @param before and after what differs, by name */
export async function recordLink(
  deps: Deps,
  trx: Db,
  action: Extract<AuditAction, `setup_link.${string}`>,
  link: Link,
  before: object,
  after: object,
): Promise<void> {
  await recordChange(trx, deps, action, targetOf(link), changesBetween(before, after));
}

/** Records what the visitor of a provider setup link did. They have no name: only the link and their address are known. */
export async function recordVisit(deps: Deps, trx: Db, link: Link, before: object, after: object): Promise<void> {
  const visitor = { kind: 'setupLink', id: link.id, name: link.note, address: currentActor(deps).address } as const;
  await recordChange(trx, deps, 'setup_link.used', targetOf(link), changesBetween(before, after, SECRETS), visitor);
}

function targetOf({ id, note }: Link) {
  return { kind: 'setupLink', id, name: note } as const;
}
