import type { Request, Response } from 'express';
import { Conflict } from '../errors.ts';
import type { Flash } from './request.ts';

/**
 * Leaves a message for the next page of this person. Await it before the redirect to that page: express-session saves at the end of the
 * response, but browsers follow a redirect as soon as they have its head.
 */
export async function flash(req: Request, text: string, kind: Flash['kind'] = 'success'): Promise<void> {
  req.session.flash = { kind, text };
  await new Promise<void>((resolve, reject) =>
    req.session.save((error: unknown) => (error ? reject(error) : resolve())),
  );
}

/** Leads to a page that shows a message (303). */
export async function leadTo(res: Response, path: string, text: string, kind?: Flash['kind']): Promise<void> {
  await flash(res.req, text, kind);
  res.redirect(303, path);
}

/** Leads to a page that shows the message of an attempt, or that of the Conflict that ended it. */
export async function leadAfter(res: Response, path: string, attempt: Promise<string>): Promise<void> {
  try {
    await flash(res.req, await attempt);
  } catch (error) {
    if (!(error instanceof Conflict)) throw error;
    await flash(res.req, error.message, 'danger');
  }
  res.redirect(303, path);
}

/** Returns the message after a form was saved. @param changes the labels of the fields that changed */
export function savedText(changes: string[]): string {
  return changes.length > 0 ? `Saved: ${changes.join(', ')}.` : 'No changes to save.';
}

/** Returns the message that the previous page left, and removes it. */
export function takeFlash(req: Request): Flash | undefined {
  const message = req.session.flash;
  if (message) delete req.session.flash;
  return message;
}
