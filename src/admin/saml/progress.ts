import type { Deps } from '../../deps.ts';
import { isOpenHttp } from '../../network.ts';
import type { Domain } from '../../store/domains.ts';
import { type IdentityProvider, listProviders } from '../../store/identityProviders.ts';
import { countOutcomes, hasWorked } from '../../store/loginActivity.ts';
import { domainPath, providersPath } from './paths.ts';

const DAY_MS = 86_400_000;

/** A step in setting up a domain. The next one is the first that is not done; it has an action. */
export type Step = { title: string; text: string; done: boolean; next: boolean; action?: Action | undefined };

/** A link, or the test login of a provider. */
export type Action = { text: string; href: string } | { text: string; test: string };

export type DomainProgress = {
  domain: Domain;
  host: string;
  defaultProvider: IdentityProvider | undefined;
  tested: boolean; // a login with the Default Provider has worked
  works: boolean;
  steps: Step[];
  loggedIn: number; // in the last 24 hours
  refused: number;
};

/** Returns how far a domain is set up. @param here the domain that the Power User is at: a login can only be tested there */
export async function domainProgress(deps: Deps, domain: Domain, here: Domain): Promise<DomainProgress> {
  const { db } = deps.store;
  const providers = (await listProviders(db)).filter((provider) => provider.enabled);
  const worked = await Promise.all(providers.map((provider) => hasWorked(db, domain.id, provider.id)));
  const tested = providers.filter((_, index) => worked[index]);
  const defaultProvider = providers.find(({ id }) => id === domain.defaultProviderId);
  const outcomes = await countOutcomes(db, deps.now() - DAY_MS, domain.id);
  const isTested = defaultProvider !== undefined && tested.includes(defaultProvider);
  return {
    domain,
    host: new URL(domain.url).host,
    defaultProvider,
    tested: isTested,
    works: domain.setUpAt !== null && isTested,
    steps: stepsOf({ domain, here, providers, tested, defaultProvider }),
    loggedIn: outcomes.logged_in ?? 0,
    refused: outcomes.refused ?? 0,
  };
}

type Facts = {
  domain: Domain;
  here: Domain;
  providers: IdentityProvider[];
  tested: IdentityProvider[];
  defaultProvider: IdentityProvider | undefined;
};

function stepsOf(facts: Facts): Step[] {
  const { domain, providers, tested, defaultProvider } = facts;
  const steps: Omit<Step, 'next'>[] = [
    { title: 'Domain added', text: schemeText(domain), done: true },
    {
      title: 'Set up the domain',
      text: 'Creates its signing key, and the EntityID that your identity provider needs.',
      done: domain.setUpAt !== null,
      action: { text: 'Setup Domain', href: domainPath(domain.id) },
    },
    {
      title: 'Import the identity provider',
      text: 'Paste its metadata URL.',
      done: providers.length > 0,
      action: { text: 'Identity Providers', href: providersPath(domain.id) },
    },
    {
      title: 'Test the login',
      text: 'You log in at the provider and see the result. Your session here does not change.',
      done: defaultProvider ? tested.includes(defaultProvider) : tested.length > 0,
      action: testAction(facts),
    },
    {
      title: 'Make it the Default Provider',
      text: 'The provider that Auto Login sends people to.',
      done: defaultProvider !== undefined,
      action: { text: 'Select the Default Provider', href: providersPath(domain.id) },
    },
    {
      title: 'Enable Auto Login',
      text: 'Optional: visitors skip the Log-In screen and go straight to the provider.',
      done: domain.autoLogin && defaultProvider !== undefined,
    },
  ];
  const next = steps.findIndex((step) => !step.done);
  return steps.map((step, index) => ({ ...step, next: index === next }));
}

function testAction({ domain, here, providers, defaultProvider }: Facts): Action {
  const provider = defaultProvider ?? (providers.length === 1 ? providers[0] : undefined);
  if (!provider) return { text: 'Select a provider to test', href: providersPath(domain.id) };
  if (domain.id === here.id) return { text: 'Test login', test: provider.id };
  return { text: `Test at ${new URL(domain.url).host}`, href: `${domain.url}${providersPath(domain.id)}` };
}

function schemeText({ url }: Domain): string {
  if (url.startsWith('https:')) return 'It uses https.';
  return isOpenHttp(url)
    ? 'It uses plain http, where others can read along. Use https before people log in here.'
    : 'It is only available on this machine, over plain http.';
}
