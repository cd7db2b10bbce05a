import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ejs from 'ejs';
import type { Response } from 'express';
import { sessionOf } from './session.ts';

const views = join(import.meta.dirname, '../views');
const icons = join(import.meta.dirname, '../../node_modules/@tabler/icons/icons/outline');
const iconCache = new Map<string, string>();

export type PageData = { title: string } & Record<string, unknown>;

/**
 * Sends a view inside its layout. The session's notice is shown once, on the next page.
 * @param view path below demo/views, without the extension
 */
export async function sendPage(
  res: Response,
  layout: 'portal' | 'console' | 'plain',
  view: string,
  data: PageData,
): Promise<void> {
  const session = sessionOf(res);
  const shared = { ...data, csrf: session.csrf, notice: session.notice, path: res.req.path, icon, when };
  session.notice = undefined;
  const body = await renderView(view, shared);
  res.type('html').send(await renderView(`layout/${layout}`, { ...shared, body }));
}

/** Redirects the browser with 303, and leaves a notice for the next page. */
export function seeOther(res: Response, path: string, notice?: string): void {
  if (notice) sessionOf(res).notice = { tone: 'success', text: notice };
  res.redirect(303, path);
}

/** Returns a rendered view without a layout. */
export function renderView(view: string, data: Record<string, unknown>): Promise<string> {
  return ejs.renderFile(join(views, `${view}.ejs`), data, { cache: true });
}

/** Returns the markup of a Tabler icon, hidden from screen readers because a word is always beside it. */
export function icon(name: string): string {
  const known = iconCache.get(name);
  if (known) return known;
  const file = readFileSync(join(icons, `${name}.svg`), 'utf8').replace(/<!--[\s\S]*?-->\s*/, '');
  const svg = file.replace(/<svg[^>]*?class="[^"]*"/, (tag) =>
    tag.replace(/class="[^"]*"/, 'class="icon" aria-hidden="true"'),
  );
  iconCache.set(name, svg);
  return svg;
}

/** Returns a time in UTC, such as 2026-03-01 09:14:22. */
function when(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 19).replace('T', ' ');
}
