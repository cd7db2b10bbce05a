import type { RequestHandler } from 'express';
import { actAs, personActor } from '../audit/actor.ts';
import type { Deps } from '../deps.ts';

/** Has all that a request changes recorded as the doing of the person who is logged in, or of a visitor. Mount it after the sessions. */
export function actorOfRequest(deps: Pick<Deps, 'actors'>): RequestHandler {
  return (req, _res, next) => {
    const address = req.ip ?? null;
    const visitor = { kind: 'visitor', id: null, name: 'a visitor', address } as const;
    actAs(deps, req.user ? personActor(req.user, address) : visitor, next);
  };
}
