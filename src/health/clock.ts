import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { ACTIVITY } from '../paths.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { type LoginTraffic, listTraffic } from '../store/loginTraffic.ts';
import type { HealthItem } from './item.ts';
import { providerScreens } from './providers.ts';

const DAY_MS = 86_400_000;
const LEAST = 5; // responses: one may have been open in a tab for long
const MOST = 100;
const NOTABLE_SECONDS = 30;

/** How much later the responses of a provider arrive than they were issued, in seconds: the median of the latest ones. */
type Offset = { provider: IdentityProvider; seconds: number };

/**
 * Finds clocks that differ, from the times at which providers issued their responses. If those of two or more differ alike, the clock of
 * this server is wrong.
 */
export async function checkClocks(deps: Deps): Promise<HealthItem[]> {
  const { db } = deps.store;
  const providers = (await listProviders(db)).filter(({ enabled }) => enabled);
  const traffic = await listTraffic(db, deps.now() - DAY_MS);
  const known = providers.flatMap((provider) => offsetOf(provider, traffic) ?? []);
  const wrong = known.filter(({ seconds }) => Math.abs(seconds) >= NOTABLE_SECONDS);
  const [first] = wrong;
  const alike =
    first && wrong.length === known.length && wrong.every(({ seconds }) => seconds > 0 === first.seconds > 0);
  if (alike && known.length > 1) return [serverItem(known)];
  const hrefOf = await providerScreens(deps);
  return wrong.map((offset) => providerItem(offset, hrefOf(offset.provider)));
}

function offsetOf(provider: IdentityProvider, traffic: LoginTraffic[]): Offset | undefined {
  const all = traffic
    .filter(({ providerId }) => providerId === provider.id)
    .flatMap(({ offsets }) => numbersIn(offsets));
  const latest = all.slice(-MOST).sort((one, other) => one - other);
  return latest.length < LEAST ? undefined : { provider, seconds: latest[Math.floor(latest.length / 2)] ?? 0 };
}

function numbersIn(offsets: string): number[] {
  return offsets.split(' ').filter(Boolean).map(Number);
}

function serverItem(offsets: Offset[]): HealthItem {
  const { seconds } = offsets.toSorted((one, other) => Math.abs(one.seconds) - Math.abs(other.seconds))[0] ?? {
    seconds: 0,
  };
  return {
    code: 'clock_wrong',
    severity: 'danger',
    subject: '',
    text: `The clock of this server is ${counted(Math.abs(seconds), 'second')} ${seconds > 0 ? 'ahead' : 'behind'}`,
    detail: `The responses of all ${offsets.length} identity providers say so. Synchronize it with a time server, for example with timedatectl set-ntp true.`,
    href: ACTIVITY,
  };
}

function providerItem({ provider, seconds }: Offset, href: string): HealthItem {
  const { id, name, settings } = provider;
  const span = counted(Math.abs(seconds), 'second');
  const fails = Math.abs(seconds) > settings.clockSkewSeconds;
  return {
    code: 'provider_clock',
    severity: fails ? 'danger' : 'warning',
    subject: id,
    text: `The clocks of this server and of ${name} differ by ${span}`,
    detail: `Ours is ${seconds > 0 ? 'ahead' : 'behind'}.${fails ? ' Its setting Clock skew allows less, so logins fail.' : ''} Check this server first, for example with timedatectl. If it is right, ask the provider to set its clock.`,
    href,
    provider: {
      id,
      text: `The time in your SAML responses differs from ours by ${span}. Please check that your clock is synchronized, as we do with ours.`,
    },
  };
}
