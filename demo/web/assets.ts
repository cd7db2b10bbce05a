import { join } from 'node:path';
import express, { type Router } from 'express';

const modules = join(import.meta.dirname, '../../node_modules');

/** Style sheets, fonts and the two small scripts, from this folder and from the packages that they come with. */
export function assetRoutes(): Router {
  const router = express.Router();
  const options = { maxAge: '1h', index: false } as const;
  router.use('/tabler', express.static(join(modules, '@tabler/core/dist/css'), options));
  router.use('/inter', express.static(join(modules, '@fontsource-variable/inter'), options));
  router.use('/', express.static(join(import.meta.dirname, '../public'), options));
  return router;
}
