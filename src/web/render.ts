import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ejs, { type TemplateFunction } from 'ejs';
import type { Express, Request, RequestHandler, Response } from 'express';
import type { Deps } from '../deps.ts';
import { readIntranetSettings } from '../people/intranetSettings.ts';
import { nameOf } from '../people/users.ts';
import { ASSETS } from './assets.ts';
import { takeFlash } from './flash.ts';
import type { Flash, LoggedInUser } from './request.ts';
import { timeTag } from './timeTag.ts';
import { together } from './turn.ts';

const VIEWS = join(import.meta.dirname, '../../views');
const ICONS = dirname(createRequire(import.meta.url).resolve('@tabler/icons/outline/home.svg'));

/** What every view can use. */
export type ViewTools = {
  assets: string;
  path: string; // of the page, with its query
  user: LoggedInUser | undefined;
  nameOf: typeof nameOf;
  initials: (name: string) => string;
  /** An icon of Tabler's as SVG text; it stands beside a word, so that nobody is read its name. */
  icon: (name: string) => string;
  /** A moment as a <time> element: '3 hours ago', with the exact time on hover. */
  time: (at: number | null | undefined) => string;
  /** Takes the message that the page before left. */
  takeFlash: () => Flash | undefined;
  number: (value: number) => string;
};

/** Sets EJS up, with compiled views kept. */
export function useViews(app: Express): void {
  app.engine('ejs', (file, data, done) => {
    try {
      const page = render(file, data);
      together()
        .then(() => done(null, page))
        .catch(done);
    } catch (error) {
      done(error);
    }
  });
  app.response.render = renderAndSend;
  app.set('view engine', 'ejs');
  app.set('views', VIEWS);
  app.enable('view cache');
}

/** Express's own makes a buffer of a page before it sends it: as text it goes out in one piece with its head. */
function renderAndSend(this: Response, view: string, data?: object | RenderCallback): void {
  this.app.render(view, { ...data, _locals: this.locals }, (error: unknown, page: string) => {
    if (error) this.req.next?.(error);
    else sendPage(this, page);
  });
}

type RenderCallback = (error: Error, page: string) => void; // which no view here is given

function sendPage(res: Response, page: string): void {
  if (!res.hasHeader('content-type')) res.setHeader('content-type', 'text/html; charset=utf-8');
  res.setHeader('content-length', Buffer.byteLength(page));
  res.end(res.req.method === 'HEAD' ? undefined : page);
}

type View = { write: TemplateFunction; includes: Map<string, string> };

const views = new Map<string, View>();

/**
 * Renders a view with EJS, with an `include` of our own: EJS's asks the disk for each part of each page, and copies all the data three times.
 * @param own what the part is given beside the data of its page; it goes before them
 */
function render(file: string, data: object, own?: object): string {
  const given: Record<string, unknown> = { ...data, ...own };
  const { write, includes } = viewOf(file, Object.keys(given));
  given.include = (name: string, more?: object) => {
    const part = includes.get(name) ?? join(dirname(file), `${name}.ejs`);
    includes.set(name, part);
    return render(part, given, more);
  };
  return write(given);
}

/**
 * A view, compiled for the names that it is given. EJS would put its text into a `with`, in which each name is looked up anew each time;
 * as variables they cost nothing. The braces let the view have variables of its own by the same names.
 */
function viewOf(file: string, names: string[]): View {
  const key = `${file} ${names}`;
  let view = views.get(key);
  if (!view) {
    const destructuredLocals = names.filter((name) => name !== 'include');
    const text = `<% { const { include } = locals; { %>${readFileSync(file, 'utf8')}<% } } %>`;
    const write = ejs.compile(text, { filename: file, _with: false, destructuredLocals });
    view = { write, includes: new Map() };
    views.set(key, view);
  }
  return view;
}

/** Gives each answer what its view can use. */
export function viewTools(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    res.locals.intranet = await readIntranetSettings(deps.store.db);
    Object.assign(res.locals, toolsFor(deps, req));
    next();
  };
}

function toolsFor(deps: Deps, req: Request): ViewTools {
  return {
    assets: ASSETS,
    path: req.originalUrl,
    user: req.user,
    nameOf,
    initials,
    icon,
    time: (at) => timeTag(at, deps.now()),
    takeFlash: () => takeFlash(req),
    number: (value) => value.toLocaleString('en'),
  };
}

const icons = new Map<string, string>();

function icon(name: string): string {
  const known = icons.get(name);
  if (known) return known;
  const file = readFileSync(join(ICONS, `${name}.svg`), 'utf8');
  const svg = file
    .slice(file.indexOf('<svg'))
    .replace('<svg', '<svg aria-hidden="true" focusable="false"')
    .replaceAll('\n', '');
  icons.set(name, svg);
  return svg;
}

function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = words.length > 1 ? [words[0], words.at(-1)] : [words[0]];
  return letters
    .map((word) => [...(word ?? '')][0] ?? '')
    .join('')
    .toUpperCase();
}
