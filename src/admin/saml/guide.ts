import type { Request, Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import { findSigningKey } from '../../federation/domainKeys.ts';
import { getDomain } from '../../federation/domains.ts';
import { expectations, fillIn, findGuide, guideOf, guides, setupValues } from '../../federation/guides/guides.ts';
import { reasons } from '../../federation/reasons.ts';
import { ACTIVITY, domainPath, guidePath, providersPath } from '../../paths.ts';
import { type IdentityProvider, listProvidersAt } from '../../store/identityProviders.ts';
import { withQuery } from '../../web/query.ts';

const PATH = guidePath(':domain');

/** Setup at your provider: what to enter at one product, with the values of the domain. */
export function guideRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res, req.params.domain));
}

async function show(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const domain = await getDomain(deps.store.db, id);
  const providers = await listProvidersAt(deps.store.db, domain.id);
  const asked = findGuide(String(req.query.provider));
  const provider = providerFor(providers, asked?.id, String(req.query.for));
  const guide = asked ?? (provider && guideOf(provider)) ?? guides.at(-1);
  if (!guide) throw new Error('There are no guides.');
  const hasCertificate = (await findSigningKey(deps, domain.id)) !== undefined;
  const values = setupValues(domain, provider?.settings.spEntityId);
  res.render('settings/saml/guide', {
    title: `Setup at ${guide.id === 'other' ? 'your provider' : guide.name}`,
    domain,
    host: values.host,
    guides,
    guide,
    forms: fillIn(guide, values),
    expectations,
    reasons,
    provider,
    reasonHref: (reason: string) => withQuery(ACTIVITY, { q: reason, outcome: 'refused' }),
    downloads: {
      certificate: hasCertificate ? `${domainPath(domain.id)}/certificate` : undefined,
      metadata: `${values.metadataUrl}?download`,
    },
    paths: {
      here: PATH.replace(':domain', domain.id),
      back: domainPath(domain.id),
      providers: providersPath(domain.id),
    },
  });
}

/** Returns the provider with an ID, or the first one of the product, or of any product that has a guide. */
function providerFor(
  providers: IdentityProvider[],
  guideId: string | undefined,
  id: string,
): IdentityProvider | undefined {
  const known = providers.filter((provider) => {
    const found = guideOf(provider);
    return found !== undefined && (guideId === undefined || found.id === guideId);
  });
  return providers.find((provider) => provider.id === id) ?? known[0];
}
