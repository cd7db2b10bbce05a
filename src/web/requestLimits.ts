import type { Request, RequestHandler } from 'express';

const MAX_HEADER_CHARACTERS = 16 * 1024;
const SILENT_MS = 10_000;
const CHUNKED_BYTES = 1024 * 1024; // for a body that does not announce its length
const LARGEST_BYTES = 16 * 1024 * 1024; // that is read (web/form.ts): more is refused, and counts no more than this

/** The bodies that one process receives at the same time: how many, and their announced bytes together. */
const bodyLimits = { count: 500, bytes: 128 * 1024 * 1024 };

/** Refuses large headers before anything in them is parsed. SCIM has its own limits, because its filters are in the URL. */
export const limitHeaders: RequestHandler = (req, res, next) => {
  let characters = req.originalUrl.length;
  for (const text of req.rawHeaders) characters += text.length + 2;
  if (characters <= MAX_HEADER_CHARACTERS) return next();
  res.set('Connection', 'close').type('text/plain').status(431);
  res.send('The request has too many or too large headers. Clear the cookies of this site and try again.');
};

/**
 * Limits the bodies that are under way, for each process. Past the limits, the connection that has waited longest for the rest of its body
 * is closed, so that others are served while someone keeps bodies half-open. So is a connection that is silent within a body.
 */
export function limitBodies({ count, bytes } = bodyLimits, silentMs = SILENT_MS): RequestHandler {
  const open = new Map<Request, number>();
  const isOver = () => open.size > count || [...open.values()].reduce((sum, length) => sum + length, 0) > bytes;
  return (req, _res, next) => {
    const length = lengthOf(req);
    if (length === 0) return next();
    for (const other of open.keys()) if (other.complete) open.delete(other);
    open.set(req, length);
    for (const [oldest] of open) {
      if (!isOver() || oldest === req) break;
      open.delete(oldest);
      oldest.destroy();
    }
    req.setTimeout(silentMs, () => req.complete || req.destroy());
    req.once('end', () => req.setTimeout(0));
    req.once('close', () => open.delete(req));
    next();
  };
}

/** Returns the announced length of a body in bytes, 0 without one. */
function lengthOf({ headers }: Request): number {
  if (headers['transfer-encoding'] !== undefined) return CHUNKED_BYTES;
  return Math.min(Number(headers['content-length'] ?? 0) || 0, LARGEST_BYTES);
}
