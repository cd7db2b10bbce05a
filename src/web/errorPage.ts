import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isUniqueViolation } from '../db/uniqueViolation.ts';
import type { Deps } from '../deps.ts';
import { AppError, Conflict, DatabaseFault, NotFound, RETRY_AFTER_SECONDS } from '../errors.ts';
import { newReference } from '../identifier.ts';
import { wantsJson } from './requireLogin.ts';

const AWAY_TITLE = 'Back in a moment';
const AWAY = 'The intranet cannot reach its database. This page tries again automatically.';
const AWAY_AFTER_POST =
  'The intranet cannot reach its database, so your request may not have been completed. Wait a moment, then try it again.';
const DONE_MEANWHILE = 'Someone else just made the same change. Reload the page to see it.';

/** Handles requests that match no route. */
export const pageNotFound: RequestHandler = () => {
  throw new NotFound();
};

/** Shows an error as a page, or as JSON to programs. From status 500 on, the message is only in the log, under the reference. */
export function errorPage(deps: Deps): ErrorRequestHandler {
  return (thrown, req, res, _next) => {
    if (res.headersSent) return afterResponse(deps, res, thrown);
    // Two people made the same change at the same time, and the database accepted one.
    const error = isUniqueViolation(thrown) ? new Conflict(DONE_MEANWHILE, { cause: thrown }) : thrown;
    const status = statusOf(error);
    const reference = newReference(deps);
    const entry = { reference, method: req.method, path: withoutTokens(req.path), status, err: error };
    if (error instanceof DatabaseFault) deps.log.debug(entry, 'request failed');
    else if (status >= 500) deps.log.error(entry, 'request failed');
    else
      deps.log.info(
        { ...entry, err: undefined, message: error instanceof Error ? error.message : undefined },
        'request refused',
      );
    if (error instanceof DatabaseFault && status === 503) respondAway(req, res, error.message);
    else {
      const tryAgain = error instanceof AppError ? error.tryAgain : undefined;
      respond(req, res, status, {
        title: titleOf(error, status),
        message: publicMessage(error, status),
        reference,
        tryAgain,
      });
    }
  };
}

/** The session may fail to be saved after the page was sent, and a stream in the middle: half a page must not look like a whole one. */
function afterResponse({ log }: Deps, res: Response, error: unknown): void {
  if (!(error instanceof DatabaseFault)) log.error({ err: error }, 'request failed');
  if (!res.writableEnded) res.destroy();
}

/** Removes tokens from a path: a setup link stays valid after its form was refused, so it must not be in the log. */
function withoutTokens(path: string): string {
  return path.replace(/[\w-]{40,}/g, '…');
}

type ErrorText = { title: string; message: string; reference: string; tryAgain: string | undefined };

function respond(req: Request, res: Response, status: number, text: ErrorText): void {
  const { message, reference } = text;
  res.status(status);
  res.setHeader('cache-control', 'no-store');
  if (wantsJson(req)) {
    res.json({ error: message, reference });
    return;
  }
  // Without a domain, or without the settings in the database, the page frame cannot be rendered.
  res.render('errors/error', text, (failure, page) => {
    if (failure) res.type('text/plain').send(`${message}\nReference: ${reference}\n`);
    else res.send(page);
  });
}

/** Says that the request may succeed a moment later. Such a page is rendered without the database. */
function respondAway(req: Request, res: Response, message: string): void {
  res.status(503).set({ 'cache-control': 'no-store', 'retry-after': String(RETRY_AFTER_SECONDS) });
  if (wantsJson(req)) {
    res.json({ error: message });
    return;
  }
  const isPage = req.method === 'GET';
  const retry = isPage ? RETRY_AFTER_SECONDS : undefined;
  res.render('errors/away', { title: AWAY_TITLE, message: isPage ? AWAY : AWAY_AFTER_POST, retry, offline: true });
}

const titles: Record<number, string> = {
  401: 'Login required',
  403: 'Not allowed',
  404: 'Page not found',
  409: 'Not possible now',
  413: 'Request too large',
  421: 'Unknown address',
};

function titleOf(error: unknown, status: number): string {
  return (error instanceof AppError ? error.title : undefined) ?? titles[status] ?? 'Something went wrong';
}

function statusOf(error: unknown): number {
  const status = error instanceof AppError ? error.status : (error as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function publicMessage(error: unknown, status: number): string {
  if (error instanceof AppError && status < 500) return error.message;
  if (status === 413) return 'The form or file is too large.';
  if (status < 500) return 'The request could not be understood.';
  return 'Something went wrong on our side. Your administrator can find the details with the reference below.';
}
