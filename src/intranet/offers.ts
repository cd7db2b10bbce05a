import type { Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import { recentSilences } from '../federation/silence.ts';
import { findProviderAt, type IdentityProvider, listProvidersAt } from '../store/identityProviders.ts';
import { lastProviderId } from '../web/lastProvider.ts';
import { readSent } from '../web/sentLogin.ts';

/** Browsers that start with several tabs send all of them to the provider at once. A person who comes back takes longer, in milliseconds. */
const SOONEST_BACK_MS = 10_000;

/** A provider that does not respond. `sentAt`: when this browser was sent there; undefined if others were. */
export type Unanswered = { provider: IdentityProvider; sentAt: number | undefined };

/** What the Log-In screen offers: the buttons in their order, and the providers that it warns about. */
export type Offers = { buttons: IdentityProvider[]; unanswered: Unanswered[] };

/** `choices`: the providers that an entered e-mail address may mean, instead of all. `asksEmail`: an address is asked for first. */
type Asked = { choices: IdentityProvider[] | undefined; asksEmail: boolean };

/**
 * Returns what the Log-In screen offers: first the provider that this browser used last, and those that do not respond at the end. A provider
 * without a button gets one while people would not find it otherwise. If an address is asked for first, the page names no provider that this
 * browser has not used.
 */
export async function findOffers(deps: Deps, req: Request, res: Response, asked: Asked): Promise<Offers> {
  const [lastId, sentTo] = [lastProviderId(req), readSent(req, deps.now())?.providerId];
  const { id, defaultProviderId, autoLogin, autoLoginPausedAt } = res.locals.domain;
  const providers = (await listProvidersAt(deps.store.db, id)).filter(({ enabled }) => enabled);
  const isDefault = (one: IdentityProvider) => one.id === defaultProviderId;
  const hasButton = (one: IdentityProvider) =>
    asked.asksEmail
      ? one.showButton && one.id === lastId
      : one.showButton || (isDefault(one) && autoLoginPausedAt !== null);
  const offered = asked.choices ?? providers.filter(hasButton);
  const led = asked.choices ? [] : providers.filter((one) => (isDefault(one) && autoLogin) || one.id === sentTo);
  const unanswered = await findUnanswered(deps, req, res, [...new Set([...offered, ...led])]);
  const warned = unanswered.map(({ provider }) => provider);
  const rank = (one: IdentityProvider) => (warned.includes(one) ? 2 : one.id === lastId ? 0 : 1);
  const buttons = [...new Set([...offered, ...warned])].toSorted((one, other) => rank(one) - rank(other));
  return { buttons, unanswered };
}

/** Returns the Default Provider if Auto Login is on, the provider is enabled, and it responds: a dead one must not be a trap. */
export async function findAutoLoginProvider(
  deps: Deps,
  req: Request,
  res: Response,
): Promise<IdentityProvider | undefined> {
  const { domain } = res.locals;
  if (!domain.autoLogin || domain.defaultProviderId === null) return undefined;
  const provider = await findProviderAt(deps.store.db, domain.id, domain.defaultProviderId);
  if (!provider?.enabled) return undefined;
  return (await findUnanswered(deps, req, res, [provider])).length === 0 ? provider : undefined;
}

/** Finds the providers that did not respond to this browser, which is back without a response, or to anyone lately. Asks none of them. */
async function findUnanswered(
  deps: Deps,
  req: Request,
  res: Response,
  providers: IdentityProvider[],
): Promise<Unanswered[]> {
  const sent = readSent(req, deps.now());
  const isBack = sent !== undefined && deps.now() - sent.at >= SOONEST_BACK_MS;
  const silences = await recentSilences(deps);
  const isSilent = ({ id }: IdentityProvider) =>
    silences.some(({ providerId, domainId }) => providerId === id && domainId === res.locals.domain.id);
  return providers.flatMap((provider) => {
    const sentAt = isBack && sent.providerId === provider.id ? sent.at : undefined;
    return sentAt !== undefined || isSilent(provider) ? [{ provider, sentAt }] : [];
  });
}
