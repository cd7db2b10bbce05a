import { z } from 'zod';
import type { Deps } from '../../deps.ts';
import { type Checked, fieldErrors, invalid } from '../../errors.ts';
import { lines } from '../../formText.ts';
import { hashToken, newToken } from '../../identifier.ts';
import {
  countTry,
  findProviderSetup,
  findProviderSetupByToken,
  type ProviderSetup,
  writeProposal,
  writeSent,
  writeStart,
} from '../../store/providerSetups.ts';
import { findGuide, guideOf } from '../guides/guides.ts';
import { withScheme } from '../metadata/fetchMetadata.ts';
import { type ProviderMetadata, readMetadata } from '../metadata/readMetadata.ts';
import { type MetadataSource, readSource, withUrlWarnings } from '../metadataSource.ts';
import { factsOf } from '../metadataVersions.ts';
import { recordedFacts, recordedUrl } from '../recordProvider.ts';
import { stateOf } from './links.ts';
import { recordVisit } from './recordLink.ts';

const MOST_TRIES = 60;
const TOKEN = /(?:^|#)([\w-]{43})$/;

/** What a visitor without tries reads. */
export const NO_TRIES = `Metadata was read and logins were tested ${MOST_TRIES} times through this link. Ask for a new link.`;

/** What a visitor reads about a URL if private networks are allowed: not what listens there, nor what it says. */
const NO_METADATA =
  'No metadata of one identity provider can be read at this URL. Open it in a browser to see what it shows, or upload the file.';

/** Why a link cannot be used, for the page of its visitor. It tells nothing about the intranet. */
export type Closed = 'unknown' | 'expired' | 'revoked' | 'elsewhere';

/** Returns the token in a text: that of a whole link, or the token itself. */
export function tokenIn(entered: string): string | undefined {
  return TOKEN.exec(entered.trim())?.[1];
}

/**
 * Opens a link: the first browser that starts gets it, and a cookie proves it later.
 * @param visitor the value of the cookie that this browser has for a link, by the ID of the link
 * @returns the link, with a new value for the cookie unless the browser has it already; or why it cannot be used
 */
export async function startVisit(
  deps: Deps,
  domainId: string,
  entered: string,
  { from, visitorOf }: { from: string; visitorOf: (id: string) => string | undefined },
): Promise<{ setup: ProviderSetup; visitor?: string } | Closed> {
  const { db } = deps.store;
  const token = tokenIn(entered);
  const setup = token === undefined ? undefined : await findProviderSetupByToken(db, hashToken(token));
  if (!setup || setup.domainId !== domainId) return 'unknown';
  if (isVisitor(setup, visitorOf(setup.id))) return { setup };
  const state = stateOf(setup, deps.now());
  if (state === 'expired' || state === 'revoked') return state;
  const visitor = newToken(deps);
  const start = { visitorHash: hashToken(visitor), startedAt: deps.now(), startedFrom: from };
  return db.transaction().execute(async (trx) => {
    if (!(await writeStart(trx, setup.id, start))) return 'elsewhere';
    await recordVisit(deps, trx, setup, { state }, { state: 'started' });
    return { setup, visitor };
  });
}

/** Returns the link that a browser has started at a domain, or why it cannot go on. */
export async function findVisit(
  { store, now }: Deps,
  domainId: string,
  id: string,
  visitor: string | undefined,
): Promise<ProviderSetup | Closed> {
  const setup = await findProviderSetup(store.db, id);
  if (!setup || setup.domainId !== domainId) return 'unknown';
  if (!isVisitor(setup, visitor)) return 'elsewhere';
  const state = stateOf(setup, now());
  return state === 'expired' || state === 'revoked' ? state : setup;
}

/** Returns whether the visitor may change what is proposed: it was not sent, or declined before the link expires. */
export function mayChange(setup: ProviderSetup, now: number): boolean {
  const state = stateOf(setup, now);
  return state === 'started' || (state === 'declined' && setup.expiresAt > now);
}

/** Remembers the product that the visitor selected. */
export async function chooseGuide({ store }: Deps, setup: ProviderSetup, id: string): Promise<void> {
  if (findGuide(id) && id !== setup.guide) await writeProposal(store.db, setup.id, { guide: id });
}

/**
 * Reads metadata and stores it as a proposal, with its product unless the visitor selected one. Nothing else changes, and nothing is said about providers that are known here.
 * @returns an error for `url` or `xml`
 */
export async function propose(
  deps: Deps,
  setup: ProviderSetup,
  given: MetadataSource,
): Promise<Checked<ProviderMetadata>> {
  const { config, store } = deps;
  const field = 'url' in given ? 'url' : 'xml';
  if (!(await takeTry(deps, setup))) return invalid({ [field]: NO_TRIES });
  const source = 'url' in given ? { url: withScheme(given.url) } : given;
  const read = await readSource(deps, source, {});
  if (!read.ok)
    return 'url' in source && config.metadataPrivateNetworks === 'allow' ? invalid({ url: NO_METADATA }) : read;
  const url = 'url' in source ? source.url : null;
  const metadata = withUrlWarnings(read.value, url);
  const guide = setup.guide || (guideOf({ entityId: metadata.entityId, metadataUrl: url, facts: metadata })?.id ?? '');
  const isStored = await writeProposal(store.db, setup.id, { metadataXml: metadata.xml, metadataUrl: url, guide });
  return isStored
    ? { ok: true, value: metadata }
    : invalid({ [field]: 'This was sent meanwhile, or the link was revoked.' });
}

/** Counts what costs work and space: reading metadata, and Test logins. Returns false if the visitor has none left. */
export async function takeTry({ store }: Deps, { id }: ProviderSetup): Promise<boolean> {
  return countTry(store.db, id, MOST_TRIES);
}

/** Returns the metadata that is proposed, or undefined if there is none, or it has expired since. */
export function proposedMetadata({ metadataXml }: ProviderSetup, now: number): ProviderMetadata | undefined {
  const read = metadataXml === null ? undefined : readMetadata(metadataXml, { now });
  return read?.ok ? read.metadata : undefined;
}

const schema = z.object({ message: lines(1_000) });

/**
 * Sends what is proposed to the Power Users. The second time, nothing changes.
 * @param testId the row of Login activity of the Test login of this metadata, if there was one
 */
export async function send(
  deps: Deps,
  setup: ProviderSetup,
  message: string,
  testId: string | null,
): Promise<Checked<null>> {
  const parsed = schema.safeParse({ message });
  if (!parsed.success) return invalid(fieldErrors(parsed.error));
  const metadata = proposedMetadata(setup, deps.now());
  if (!metadata) return invalid({ '': 'Provide the metadata first.' });
  const { metadataXml, metadataUrl } = setup;
  const isSent = await deps.store.db.transaction().execute(async (trx) => {
    // The test is that of this metadata.
    if (!(await writeSent(trx, setup.id, { ...parsed.data, sentAt: deps.now(), testId, metadataXml }))) return false;
    const proposed = { entityId: metadata.entityId, ...recordedUrl(metadataUrl), ...recordedFacts(factsOf(metadata)) };
    const after = { state: 'arrived', ...parsed.data, ...proposed };
    await recordVisit(deps, trx, setup, { state: stateOf(setup, deps.now()) }, after);
    return true;
  });
  if (isSent) return { ok: true, value: null };
  const stored = await findProviderSetup(deps.store.db, setup.id);
  return stored && mayChange(stored, deps.now())
    ? invalid({ '': 'The metadata was replaced meanwhile, such as in another tab. Check it, then send it again.' })
    : { ok: true, value: null };
}

function isVisitor({ visitorHash }: ProviderSetup, visitor: string | undefined): boolean {
  return visitor !== undefined && visitorHash === hashToken(visitor);
}
