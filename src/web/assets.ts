import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import express, { Router } from 'express';
import type { Deps } from '../deps.ts';
import { initialSettings } from '../people/intranetSettings.ts';

const root = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
const require = createRequire(import.meta.url);

/** The base path of styles, scripts and fonts. It changes with the version, so that browsers may cache them. */
export const ASSETS = `/assets/${version}`;

/** Serves the files that pages load: public/, Tabler's styles and the font Inter. Needs no database. */
export function assetRoutes(deps: Deps): Router {
  const caching = deps.config.production ? { immutable: true, maxAge: '1y' } : { maxAge: 0 };
  const options = { ...caching, index: false, redirect: false };
  const router = Router();
  router.use(`${ASSETS}/tabler`, express.static(join(packageOf('@tabler/core'), 'dist/css'), options));
  router.use(`${ASSETS}/inter`, express.static(packageOf('@fontsource-variable/inter'), options));
  router.use(ASSETS, express.static(join(root, 'public'), options));
  // The accent is a setting. Its value is in the URL, so that browsers load a new one.
  router.get('/theme.css', (req, res) => {
    const accent = /^[0-9a-f]{6}$/i.exec(String(req.query.accent))?.[0] ?? initialSettings.accent.slice(1);
    const [red, green, blue] = [0, 2, 4].map((start) => Number.parseInt(accent.slice(start, start + 2), 16));
    res.type('text/css').setHeader('cache-control', 'private, max-age=86400');
    res.send(`:root { --accent: #${accent}; --accent-rgb: ${red}, ${green}, ${blue}; }\n`);
  });
  router.get('/favicon.ico', (_req, res) => res.redirect(302, `${ASSETS}/mark.svg`));
  return router;
}

function packageOf(name: string): string {
  return dirname(require.resolve(`${name}/package.json`));
}
