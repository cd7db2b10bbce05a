import { Router } from 'express';
import type { Deps } from '../deps.ts';
import { getProvider } from '../federation/providers.ts';
import { identifierOnly } from '../web/query.ts';
import { requirePowerUser } from '../web/requireLogin.ts';
import { sendToProvider } from './routes.ts';

/** Test sign-in: a Power User goes through a provider, is shown what came of it, and stays who they are. */
export function testRoutes(deps: Deps): Router {
  const router = Router();
  router.param('provider', identifierOnly);
  router.post('/saml/test/:provider', requirePowerUser, async (req, res) => {
    const provider = await getProvider(deps, String(req.params.provider));
    await sendToProvider(deps, req, res, provider, { returnPath: '/', test: true });
  });
  return router;
}
