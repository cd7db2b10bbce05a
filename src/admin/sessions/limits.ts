import type { Response, Router } from 'express';
import type { Deps } from '../../deps.ts';
import type { FieldErrors } from '../../errors.ts';
import { getDomain } from '../../federation/domains.ts';
import { defaultLimits, saveSessionLimits } from '../../login/sessionLimits.ts';
import { SESSIONS } from '../../paths.ts';
import { type Domain, listDomains } from '../../store/domains.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';

const PATH = `${SESSIONS}/limits/:domain` as const;

type Entered = { idleMinutes: string; longestMinutes: string };

/** Manage Security > Sessions > Limits: when the sessions at a domain end. */
export function sessionLimitsRoutes(router: Router, deps: Deps): void {
  router.get(PATH, async (req, res) => {
    const domain = await getDomain(deps.store.db, req.params.domain);
    await show(deps, res, domain, enteredOf(domain), {});
  });
  router.post(PATH, async (req, res) => {
    const domain = await getDomain(deps.store.db, req.params.domain);
    const entered = { idleMinutes: field(req, 'idleMinutes'), longestMinutes: field(req, 'longestMinutes') };
    const saved = await saveSessionLimits(deps, domain.id, entered);
    if (!saved.ok) return show(deps, res.status(422), domain, entered, saved.errors);
    await leadTo(res, pathOf(domain), `Saved the limits of ${new URL(domain.url).host}.`);
  });
}

async function show(deps: Deps, res: Response, domain: Domain, entered: Entered, errors: FieldErrors): Promise<void> {
  const domains = await listDomains(deps.store.db);
  res.render('settings/sessions/limits', {
    title: 'Session limits',
    host: new URL(domain.url).host,
    path: pathOf(domain),
    list: SESSIONS,
    defaultLimits,
    entered,
    errors,
    others: domains
      .filter(({ id }) => id !== domain.id)
      .map((other) => ({ host: new URL(other.url).host, href: pathOf(other) })),
  });
}

function pathOf({ id }: Domain): string {
  return `${SESSIONS}/limits/${id}`;
}

function enteredOf({ idleMinutes, longestMinutes }: Domain): Entered {
  return { idleMinutes: String(idleMinutes ?? ''), longestMinutes: String(longestMinutes ?? '') };
}
