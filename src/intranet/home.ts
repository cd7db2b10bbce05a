import type { Router } from 'express';
import { requireLogin } from '../web/requireLogin.ts';

/** The home page. */
export function homeRoutes(router: Router): void {
  router.get('/', requireLogin, (_req, res) => {
    res.render('intranet/home', { title: 'Home' });
  });
}
