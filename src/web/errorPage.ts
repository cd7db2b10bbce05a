import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import { isUniqueViolation } from '../db/uniqueViolation.ts';
import type { Deps } from '../deps.ts';
import { AppError, Conflict, NotFound } from '../errors.ts';
import { newReference } from '../identifier.ts';
import { wantsJson } from './requireLogin.ts';

const DONE_MEANWHILE = 'Somebody else has just done the same. Open the page again to see it.';

/** For what no route took. */
export const pageNotFound: RequestHandler = () => {
  throw new NotFound();
};

/** Turns whatever was thrown into a page, or JSON for a program. From 500 on the message is kept for the log; the reference leads there. */
export function errorPage(deps: Deps): ErrorRequestHandler {
  return (thrown, req, res, next) => {
    if (res.headersSent) return next(thrown);
    // Two people did the same at once, and the database let one of them through.
    const error = isUniqueViolation(thrown) ? new Conflict(DONE_MEANWHILE, { cause: thrown }) : thrown;
    const status = statusOf(error);
    const reference = newReference(deps);
    const entry = { reference, method: req.method, path: withoutTokens(req.path), status, err: error };
    if (status >= 500) deps.log.error(entry, 'request failed');
    else
      deps.log.info(
        { ...entry, err: undefined, message: error instanceof Error ? error.message : undefined },
        'request refused',
      );
    answer(req, res, status, { title: titleOf(error, status), message: publicMessage(error, status), reference });
  };
}

/** A set-up link that was refused for its form still opens the door: no token is written down. */
function withoutTokens(path: string): string {
  return path.replace(/[\w-]{40,}/g, '…');
}

type ErrorText = { title: string; message: string; reference: string };

function answer(req: Request, res: Response, status: number, text: ErrorText): void {
  const { message, reference } = text;
  res.status(status);
  res.setHeader('cache-control', 'no-store');
  if (wantsJson(req)) {
    res.json({ error: message, reference });
    return;
  }
  // Without a domain or before the view tools there is no frame to show the page in.
  if (!res.locals.intranet) {
    res.type('text/plain').send(`${message}\nReference: ${reference}\n`);
    return;
  }
  res.render('errors/error', text);
}

const titles: Record<number, string> = {
  401: 'Log in first',
  403: 'Not allowed',
  404: 'Nothing here',
  409: 'This cannot be done now',
  413: 'Too much was sent',
  421: 'Unknown address',
};

function titleOf(error: unknown, status: number): string {
  return (error instanceof AppError ? error.title : undefined) ?? titles[status] ?? 'This did not work';
}

function statusOf(error: unknown): number {
  const status = error instanceof AppError ? error.status : (error as { status?: unknown } | undefined)?.status;
  return typeof status === 'number' && status >= 400 && status < 600 ? status : 500;
}

function publicMessage(error: unknown, status: number): string {
  if (error instanceof AppError && status < 500) return error.message;
  if (status === 413) return 'What was sent is larger than this page takes.';
  if (status < 500) return 'The request could not be understood.';
  return 'Something went wrong on our side. It was written down under the reference below.';
}
