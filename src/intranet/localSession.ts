import type { Request, Response } from 'express';
import type { Deps } from '../deps.ts';
import type { User } from '../store/users.ts';
import { LONGEST_MS, startSession } from '../web/session.ts';

/** Starts the session of somebody whose local password was right. */
export function startLocalSession(deps: Deps, req: Request, res: Response, user: User): Promise<void> {
  const now = deps.now();
  return startSession(deps, req, res, user, {
    method: 'local',
    domainId: res.locals.domain.id,
    at: now,
    endsAt: now + LONGEST_MS,
    network: req.ip ?? '',
    userAgent: (req.get('user-agent') ?? '').slice(0, 256),
  });
}
