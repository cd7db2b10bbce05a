import type { Deps } from '../deps.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { commonNetwork, type LoginTraffic, listTraffic, SEVERAL, TRAFFIC_KEPT_MS } from '../store/loginTraffic.ts';
import { testedOf } from './loginTests.ts';
import { domainsOfProviders } from './providers.ts';
import { type Route, type Silence, SLOT_MS } from './traffic.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const RECENT_MS = 30_000;

/** Logins that were sent count after this time: people log in at the provider meanwhile. */
const PATIENCE_MS = 5 * 60_000;

/** So many logins without a response are no chance (docs/decisions/what-never-came-back.md). */
const limits = [
  { within: HOUR_MS, sent: 5 },
  { within: DAY_MS, sent: 10 },
];

/**
 * Returns the enabled providers, with the domain, from which nothing comes back. It lasts until a response arrives, a Test login passes with
 * what is saved, or metadata is imported.
 */
export async function findSilences(deps: Pick<Deps, 'store' | 'now'>): Promise<Silence[]> {
  const { db } = deps.store;
  const enabled = (await listProviders(db)).filter((provider) => provider.enabled);
  const [domains, domainsOf] = [await listDomains(db), await domainsOfProviders(db)];
  const traffic = await listTraffic(db, deps.now() - TRAFFIC_KEPT_MS);
  const found: Silence[] = [];
  for (const domain of domains)
    for (const provider of enabled.filter(({ id }) => domainsOf(id).some((used) => used.id === domain.id))) {
      const counts = traffic.filter(({ providerId, domainId }) => providerId === provider.id && domainId === domain.id);
      const silence = await silenceOf(deps, domain, provider, counts);
      if (silence) found.push({ providerId: provider.id, domainId: domain.id, ...silence });
    }
  return found;
}

/**
 * Returns the silences that were found in the last half minute, or finds them now. For the Log-In screen: the counts of three days are too much to
 * read for each visitor.
 */
export async function recentSilences(deps: Pick<Deps, 'store' | 'now' | 'traffic'>): Promise<Silence[]> {
  const { traffic, now } = deps;
  const age = now() - (traffic.silences?.at ?? Number.NEGATIVE_INFINITY);
  if (traffic.silences && age >= 0 && age < RECENT_MS) return traffic.silences.found;
  const found = findSilences(deps);
  traffic.silences = { at: now(), found };
  found.catch(() => {
    traffic.silences = undefined;
  });
  return found;
}

async function silenceOf(
  { store, now }: Pick<Deps, 'store' | 'now'>,
  domain: Domain,
  provider: IdentityProvider,
  counts: LoginTraffic[],
): Promise<Omit<Silence, keyof Route> | undefined> {
  const answered = counts.findLast(({ received }) => received > 0)?.slot ?? 0;
  const silence = silenceAfter(counts, Math.max(answered, provider.importedAt), now());
  if (!silence) return undefined;
  const { state, at = 0 } = await testedOf(store.db, domain, provider);
  return state === 'current' ? silenceAfter(counts, Math.max(answered, provider.importedAt, at), now()) : silence;
}

/** What was sent in the ten minutes of the last response may have been sent before it. */
function silenceAfter(counts: LoginTraffic[], answered: number, now: number) {
  const open = counts.filter(({ slot, sent }) => sent > 0 && slot > answered);
  const waited = open.filter(({ slot }) => slot + SLOT_MS + PATIENCE_MS <= now);
  const isSilent = limits.some(({ within, sent }) =>
    waited.some((last) => sentIn(waited.filter(({ slot }) => slot > last.slot - within && slot <= last.slot)) >= sent),
  );
  const [first] = open;
  return isSilent && first ? { sent: sentIn(open), since: first.slot, from: networkOf(open) } : undefined;
}

/** Returns the network that all logins were sent from, or undefined if it is more than one or unknown. */
function networkOf(counts: LoginTraffic[]): string | undefined {
  if (counts.some(({ sentFrom }) => sentFrom === null)) return undefined;
  const network = counts.map(({ sentFrom }) => sentFrom).reduce(commonNetwork, null);
  return network === SEVERAL ? undefined : (network ?? undefined);
}

function sentIn(counts: LoginTraffic[]): number {
  return counts.reduce((sum, { sent }) => sum + sent, 0);
}
