import { z } from 'zod';
import type { Db } from '../../db/open.ts';
import type { Deps } from '../../deps.ts';
import { type Checked, Conflict, fieldErrors, invalid, NotFound } from '../../errors.ts';
import { line } from '../../formText.ts';
import { hashToken, newId, newToken } from '../../identifier.ts';
import type { Domain } from '../../store/domains.ts';
import {
  countHeldSetups,
  findProviderSetup,
  insertProviderSetup,
  type ListedSetup,
  type ProviderSetup,
  writeRevocation,
} from '../../store/providerSetups.ts';
import { findGuide } from '../guides/guides.ts';
import { recordLink } from './recordLink.ts';

const DAY_MS = 86_400_000;
const MOST_LINKS = 50; // of a domain, that may hold metadata of 1 MB each

/** The days that a link may be valid. */
export const lifetimes = [1, 3, 7, 14, 30] as const;
export const DEFAULT_DAYS = 7;

/** The path of a link. Its token is the fragment, which browsers do not send (docs/decisions/provider-setup-links.md). */
export const SETUP_PATH = '/provider-setup';

/** Returns the path of a page of a link, for its visitor. */
export function setupPath(id: string, page = ''): string {
  return `${SETUP_PATH}/${id}${page === '' ? '' : `/${page}`}`;
}

/**
 * How far a provider setup is: the link waits to be opened (`open`), a browser has it (`started`), something arrived and waits for a
 * decision (`arrived`), or was decided; or the link cannot be used any more.
 */
export type SetupState = 'open' | 'started' | 'arrived' | 'approved' | 'declined' | 'expired' | 'revoked';

const schema = z.object({
  note: line(200).min(1, 'Enter who the link is for, such as “Kim at Contoso IT”.'),
  days: z.coerce
    .number()
    .refine((days) => lifetimes.some((one) => one === days), `Select ${lifetimes.join(', ')} days.`),
  guide: z.string().refine((id) => id === '' || findGuide(id) !== undefined, 'Select one of the providers.'),
});

/** What a Power User enters for a link. `guide`: the ID of a guide, or '' if the product is not known. */
export type LinkInput = { note: string; days: string | number; guide: string };

/**
 * Creates a provider setup link for a domain. It is returned once: only the hash of its token is stored.
 * @param author the name of the person, or what does it
 * @throws Conflict before the domain is set up, or if it has too many
 */
export async function createProviderSetup(
  deps: Deps,
  domain: Domain,
  input: LinkInput,
  author: string,
): Promise<Checked<{ setup: ProviderSetup; link: string }>> {
  const parsed = schema.safeParse(input);
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const { note, days, guide } = parsed.data;
  if (domain.setUpAt === null) throw new Conflict('The domain has no key yet. Click Setup Domain first.');
  const [token, createdAt] = [newToken(deps), deps.now()];
  const setup: ProviderSetup = {
    ...{ id: newId(deps), domainId: domain.id, tokenHash: hashToken(token), note, guide, author, createdAt },
    ...{ expiresAt: createdAt + days * DAY_MS, visitorHash: null, startedAt: null, startedFrom: null, tries: 0 },
    ...{ metadataXml: null, metadataUrl: null, message: '', sentAt: null, testId: null, decision: null },
    ...{ decidedAt: null, decidedBy: '', reason: '', providerId: null, revokedAt: null, revokedBy: '' },
  };
  await deps.store.db.transaction().execute(async (trx) => {
    if ((await countHeldSetups(trx, domain.id)) >= MOST_LINKS)
      throw new Conflict(`This domain has ${MOST_LINKS} links already. Revoke one that is not needed any more.`);
    await insertProviderSetup(trx, setup);
    const created = { domain: domain.url, guide, expiresAt: new Date(setup.expiresAt).toISOString() };
    await recordLink(deps, trx, 'setup_link.created', setup, {}, created);
  });
  return { ok: true, value: { setup, link: `${domain.url}${SETUP_PATH}#${token}` } };
}

/** Returns the provider setup with an ID, of any domain or of one. @throws NotFound */
export async function getProviderSetup(db: Db, id: string, domainId?: string): Promise<ProviderSetup> {
  const setup = await findProviderSetup(db, id);
  if (!setup || setup.domainId !== (domainId ?? setup.domainId))
    throw new NotFound('There is no such provider setup link.');
  return setup;
}

/** Returns how far a provider setup is. What arrived in time is decided later too. */
export function stateOf(
  setup: Pick<ListedSetup, 'decision' | 'revokedAt' | 'sentAt' | 'startedAt' | 'expiresAt'>,
  now: number,
): SetupState {
  if (setup.decision === 'approved') return 'approved';
  if (setup.revokedAt !== null) return 'revoked';
  if (setup.sentAt !== null) return setup.decision === 'declined' ? 'declined' : 'arrived';
  if (setup.expiresAt <= now) return 'expired';
  return setup.startedAt === null ? 'open' : 'started';
}

/** The states in words. */
export const stateNames: Record<SetupState, string> = {
  open: 'Not opened yet',
  started: 'In progress',
  arrived: 'Arrived',
  approved: 'Approved',
  declined: 'Declined',
  expired: 'Expired',
  revoked: 'Revoked',
};

/** Revokes a link: its visitor can do nothing more, and what was proposed is forgotten. @throws NotFound, Conflict */
export async function revokeProviderSetup(deps: Deps, id: string, author: string): Promise<void> {
  await deps.store.db.transaction().execute(async (trx) => {
    const setup = await getProviderSetup(trx, id);
    if (!(await writeRevocation(trx, id, { revokedAt: deps.now(), revokedBy: author })))
      throw new Conflict(
        setup.decision === 'approved' ? 'This was approved already.' : 'This link was revoked already.',
      );
    await recordLink(
      deps,
      trx,
      'setup_link.changed',
      setup,
      { state: stateOf(setup, deps.now()) },
      { state: 'revoked' },
    );
  });
}
