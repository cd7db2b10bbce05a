import type { RequestHandler } from 'express';
import type { Deps } from '../deps.ts';
import { AppError } from '../errors.ts';
import { clientNetwork } from '../network.ts';

const WINDOW_MS = 60_000;
const MAX_NETWORKS = 100_000;

/**
 * Limits the requests of each network to `most` a minute, in this process. For requests that write a row although anyone can send them; a
 * whole company may share one address, so the limit is far above what people do.
 */
export function rateLimit({ config, now }: Pick<Deps, 'config' | 'now'>, most: number): RequestHandler {
  const counts = new Map<string, number>();
  let endsAt = 0;
  return (req, res, next) => {
    const isOver = now() >= endsAt || now() < endsAt - WINDOW_MS; // or the clock was set back
    if (isOver || counts.size >= MAX_NETWORKS) {
      counts.clear();
      endsAt = now() + WINDOW_MS;
    }
    const network = clientNetwork(req.ip ?? '');
    const count = (counts.get(network) ?? 0) + 1;
    counts.set(network, count);
    if (!config.rateLimits || count <= most) return next();
    res.set('Retry-After', String(Math.ceil((endsAt - now()) / 1_000)));
    throw new AppError(429, 'There are too many requests from your network. Wait a minute and try again.');
  };
}
