import { join } from 'node:path';
import express, { type Router } from 'express';

const modules = join(import.meta.dirname, '../../node_modules');

/** Serves style sheets, fonts and the two scripts from demo/public and from their packages. */
export function assetRoutes(): Router {
  const router = express.Router();
  const options = { maxAge: '1h', index: false } as const;
  router.use('/tabler', express.static(join(modules, '@tabler/core/dist/css'), options));
  router.use('/inter', express.static(join(modules, '@fontsource-variable/inter'), options));
  router.use('/', express.static(join(import.meta.dirname, '../public'), options));
  return router;
}
