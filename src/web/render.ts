import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import ejs from 'ejs';
import type { Express, RequestHandler } from 'express';
import { counted } from '../counted.ts';
import type { Deps } from '../deps.ts';
import { type IntranetSettings, initialSettings, readIntranetSettings } from '../people/intranetSettings.ts';
import { nameOf } from '../people/users.ts';
import { ASSETS } from './assets.ts';
import { takeFlash } from './flash.ts';
import type { Flash, LoggedInUser } from './request.ts';
import { exactTimeFor, timeTag } from './timeTag.ts';
import { together } from './turn.ts';

const VIEWS = join(import.meta.dirname, '../../views');
const ICONS = dirname(createRequire(import.meta.url).resolve('@tabler/icons/outline/home.svg'));

/** What every view can use, besides `domain` and `intranet` (the settings of the General screen). */
export type ViewTools = {
  assets: string;
  path: string; // of the page, with its query
  user: LoggedInUser | undefined;
  nameOf: typeof nameOf;
  initials: (name: string) => string;
  /** Returns a Tabler icon as SVG, hidden from screen readers because a word is always beside it. */
  icon: (name: string) => string;
  /** Returns a time as a <time> element: '3 hours ago', with the exact time in the person's time zone on hover. */
  time: (at: number | null | undefined) => string;
  /** Returns the message that the previous page left, and removes it. */
  takeFlash: () => Flash | undefined;
  number: (value: number) => string;
  counted: typeof counted;
};

/** Sets up EJS with cached views, and the helpers that all pages share. */
export function useViews(app: Express, deps: Deps): void {
  const readSettings = settingsReader(deps);
  app.engine('ejs', (file, data, done) => {
    readSettings(data)
      .then((intranet) => renderPage(file, { ...data, intranet }))
      .then((page) => done(null, page))
      .catch(done);
  });
  app.set('view engine', 'ejs');
  app.set('views', VIEWS);
  app.enable('view cache');
  Object.assign(app.locals, {
    assets: ASSETS,
    nameOf,
    initials,
    icon: iconReader(),
    time: (at) => timeTag(at, deps.now()),
    number: (value) => value.toLocaleString('en'),
    counted,
  } satisfies Partial<ViewTools>);
}

/** Adds the data that depends on the request. */
export function viewTools({ now }: Deps): RequestHandler {
  return (req, res, next) => {
    const { user } = req;
    res.locals.path = req.originalUrl;
    res.locals.user = user;
    res.locals.takeFlash = () => takeFlash(req);
    if (user?.profile.timezone !== undefined) {
      const exactTime = exactTimeFor(user.profile);
      res.locals.time = (at) => timeTag(at, now(), exactTime);
    }
    next();
  };
}

/** Returns a function that reads the settings for a page, or returns the last ones for a page that is `offline`: the database is away. */
function settingsReader({ store }: Deps): (data: object) => Promise<IntranetSettings> {
  let last = initialSettings;
  return async (data) => {
    if (!('offline' in data)) last = await readIntranetSettings(store.db);
    return last;
  };
}

async function renderPage(file: string, data: object): Promise<string> {
  const page = await ejs.renderFile(file, data, { root: VIEWS, cache: true });
  await together();
  return page;
}

function iconReader(): (name: string) => string {
  const icons = new Map<string, string>();
  return (name) => {
    const known = icons.get(name);
    if (known) return known;
    const file = readFileSync(join(ICONS, `${name}.svg`), 'utf8');
    const svg = file
      .slice(file.indexOf('<svg'))
      .replace('<svg', '<svg aria-hidden="true" focusable="false"')
      .replaceAll('\n', '');
    icons.set(name, svg);
    return svg;
  };
}

/** Returns the first letters of the first and the last word. A letter without a single capital, such as ß, stays as it is. */
export function initials(name: string): string {
  const letters = name.split(/\s+/).flatMap((word) => /[\p{L}\p{N}]/u.exec(word)?.[0] ?? []);
  const shown = letters.length > 1 ? [letters[0], letters.at(-1)] : letters;
  return shown
    .map((letter = '') => {
      const capital = letter.toUpperCase();
      return [...capital].length === 1 ? capital : letter;
    })
    .join('');
}
