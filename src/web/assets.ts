import { hash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import express, { type Request, type Response, Router } from 'express';
import { initialSettings } from '../people/intranetSettings.ts';

type Asset = { type: string; body: Buffer; compressed: { br: Buffer; gzip: Buffer }; policy: string | undefined };

const CACHED_FOR = 'public, max-age=31536000, immutable';
const PUBLIC = join(import.meta.dirname, '../../public');
const GUIDES = join(PUBLIC, 'guides'); // drawings of forms, by `npm run docs`
const FONT = dirname(createRequire(import.meta.url).resolve('@fontsource-variable/inter/package.json'));

/** What pages load, by name. One style sheet, because each file costs a round trip: Tabler's rules in use, the font and our own. */
const texts: Record<string, string> = {
  'style.css': [
    read(PUBLIC, 'tabler.css'),
    read(FONT, 'index.css').replaceAll('./files/', 'font/'),
    read(PUBLIC, 'app.css'),
  ].join('\n'),
  'app.js': read(PUBLIC, 'app.js'),
  'passkeys.js': read(PUBLIC, 'passkeys.js'),
  'post.js': read(PUBLIC, 'post.js'),
  'theme.js': read(PUBLIC, 'theme.js'),
  'mark.svg': read(PUBLIC, 'mark.svg'),
  ...Object.fromEntries(readdirSync(GUIDES).map((name) => [`guides/${name}`, read(GUIDES, name)])),
};

/** The base path of styles, scripts and fonts. It changes with their content, so that browsers may cache them for a year. */
export const ASSETS = `/assets/${hash('sha256', JSON.stringify(texts)).slice(0, 10)}`;

// Compressed when this module is loaded: it takes 0.3 s, which no request and no second application of a process should wait for.
const assets = new Map(Object.entries(texts).map(([name, text]) => [name, assetOf(name, text)]));

/** Serves the files that pages load. Needs no database. */
export function assetRoutes(): Router {
  const router = Router();
  router.use(`${ASSETS}/font`, express.static(join(FONT, 'files'), { immutable: true, maxAge: '1y', index: false }));
  router.get([`${ASSETS}/:name`, `${ASSETS}/:folder/:name`], (req, res, next) => {
    const { folder, name } = req.params;
    const asset = assets.get(folder ? `${folder}/${name}` : String(name));
    if (asset) send(req, res, asset);
    else next();
  });
  // The accent is a setting. Its value is in the URL, so that browsers load a new one.
  router.get('/theme.css', (req, res) => {
    const accent = /^[0-9a-f]{6}$/i.exec(String(req.query.accent))?.[0] ?? initialSettings.accent.slice(1);
    const [red, green, blue] = [0, 2, 4].map((start) => Number.parseInt(accent.slice(start, start + 2), 16));
    res.type('text/css').setHeader('cache-control', CACHED_FOR);
    res.send(`:root { --accent: #${accent}; --accent-rgb: ${red}, ${green}, ${blue}; }\n`);
  });
  router.get('/favicon.ico', (_req, res) => res.redirect(302, `${ASSETS}/mark.svg`));
  return router;
}

function send(req: Request, res: Response, { type, body, compressed, policy }: Asset): void {
  res.type(type).vary('accept-encoding').setHeader('cache-control', CACHED_FOR);
  if (policy) res.setHeader('content-security-policy', policy);
  const encoding = (['br', 'gzip'] as const).find((one) => req.acceptsEncodings(one));
  if (encoding) res.setHeader('content-encoding', encoding);
  res.send(encoding ? compressed[encoding] : body);
}

function assetOf(name: string, text: string): Asset {
  const body = Buffer.from(text);
  return {
    type: name.slice(name.lastIndexOf('.')),
    body,
    compressed: { br: brotliCompressSync(body), gzip: gzipSync(body) },
    policy: policyOf(text),
  };
}

/** Returns the content policy of a drawing, which has a style of its own: that one, and nothing else. */
function policyOf(text: string): string | undefined {
  const [, style] = /^<svg.*?<style>([^<]*)<\/style>/s.exec(text) ?? [];
  return style === undefined ? undefined : `default-src 'none'; style-src 'sha256-${hash('sha256', style, 'base64')}'`;
}

function read(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
