import type { Deps } from '../../deps.ts';
import { isProven, testedOf } from '../../federation/loginTests.ts';
import { findSilences } from '../../federation/silence.ts';
import type { Silence } from '../../federation/traffic.ts';
import { isOpenHttp } from '../../network.ts';
import { providersPath } from '../../paths.ts';
import type { Domain } from '../../store/domains.ts';
import { type IdentityProvider, listProvidersAt } from '../../store/identityProviders.ts';
import { countOutcomes } from '../../store/loginCounts.ts';

const DAY_MS = 86_400_000;

/** A step in setting up a domain, with the button that is shown when it is the next one. */
export type Step = { title: string; text: string; done: boolean; action?: Action };

/** A link, or the test login of a provider. */
export type Action = { text: string; href: string } | { text: string; test: string };

export type DomainProgress = {
  domain: Domain;
  host: string;
  defaultProvider: IdentityProvider | undefined;
  tested: boolean; // a Test login with the Default Provider passed, or people have logged in with it
  works: boolean;
  silence: Silence | undefined; // nothing comes back from the Default Provider
  steps: Step[];
  loggedIn: number; // in the last 24 hours
  refused: number;
};

/** Returns how far a domain is set up. @param here the domain that the Power User is at: a login can only be tested there */
export async function domainProgress(deps: Deps, domain: Domain, here: Domain): Promise<DomainProgress> {
  const { db } = deps.store;
  const providers = (await listProvidersAt(db, domain.id)).filter((provider) => provider.enabled);
  const worked = await Promise.all(providers.map(async (one) => isProven(await testedOf(db, domain, one))));
  const defaultProvider = providers.find(({ id }) => id === domain.defaultProviderId);
  const tested = defaultProvider ? worked[providers.indexOf(defaultProvider)] === true : worked.includes(true);
  const toTest = defaultProvider ?? (providers.length === 1 ? providers[0] : undefined);
  const silence = (await findSilences(deps)).find(
    ({ domainId, providerId }) => domainId === domain.id && providerId === defaultProvider?.id,
  );
  const outcomes = await countOutcomes(db, deps.now() - DAY_MS, domain.id);
  return {
    domain,
    host: new URL(domain.url).host,
    defaultProvider,
    tested: defaultProvider !== undefined && tested,
    silence,
    works: domain.setUpAt !== null && defaultProvider !== undefined && tested,
    steps: stepsOf(domain, {
      imported: providers.length > 0,
      tested,
      hasDefault: defaultProvider !== undefined,
      test: testAction(domain, here, toTest),
    }),
    loggedIn: outcomes.logged_in ?? 0,
    refused: outcomes.refused ?? 0,
  };
}

type Facts = { imported: boolean; tested: boolean; hasDefault: boolean; test: Action };

function stepsOf(domain: Domain, { imported, tested, hasDefault, test }: Facts): Step[] {
  const providers = providersPath(domain.id);
  return [
    { title: 'Domain added', text: schemeText(domain), done: true },
    {
      title: 'Set up the domain',
      text: 'Creates its signing key, and the EntityID that your identity provider needs.',
      done: domain.setUpAt !== null,
    },
    {
      title: 'Import the identity provider',
      text: 'Paste its metadata URL.',
      done: imported,
      action: { text: 'Identity Providers', href: providers },
    },
    {
      title: 'Test the login',
      text: 'You log in at the provider and see the result. Your session here does not change.',
      done: tested,
      action: test,
    },
    {
      title: 'Make it the Default Provider',
      text: 'The provider that Auto Login sends people to.',
      done: hasDefault,
      action: { text: 'Select the Default Provider', href: providers },
    },
    {
      title: 'Enable Auto Login',
      text: 'Optional: visitors skip the Log-In screen and go straight to the provider.',
      done: domain.autoLogin && hasDefault,
    },
  ];
}

function testAction({ id, url }: Domain, here: Domain, provider: IdentityProvider | undefined): Action {
  if (!provider) return { text: 'Select a provider to test', href: providersPath(id) };
  if (id === here.id) return { text: 'Test login', test: provider.id };
  return { text: `Test at ${new URL(url).host}`, href: `${url}${providersPath(id)}` };
}

function schemeText({ url }: Domain): string {
  if (url.startsWith('https:')) return 'It uses HTTPS.';
  return isOpenHttp(url)
    ? 'It uses plain HTTP, so others can read its traffic. Use HTTPS before people log in here.'
    : 'It is only available on this machine, over plain HTTP.';
}
