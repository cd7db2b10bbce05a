import type { Request } from 'express';
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

/** Returns the message that the previous page left, and removes it. */
export function takeFlash(req: Request): Flash | undefined {
  const message = req.session.flash;
  if (message) delete req.session.flash;
  return message;
}
