import { Router } from 'express';
import { requireLogin } from '../web/requireLogin.ts';

/** The home page. */
export function homeRoutes(): Router {
  const router = Router();
  router.get('/', requireLogin, (_req, res) => {
    res.render('intranet/home', { title: 'Home' });
  });
  return router;
}
