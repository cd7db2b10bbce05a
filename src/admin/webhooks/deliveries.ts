import type { Request, Response, Router } from 'express';
import { counted } from '../../counted.ts';
import type { Deps } from '../../deps.ts';
import { WEBHOOKS } from '../../paths.ts';
import { type Delivery, listDeliveries } from '../../store/webhookDeliveries.ts';
import { leadTo } from '../../web/flash.ts';
import { field } from '../../web/form.ts';
import { queryText, withQuery } from '../../web/query.ts';
import { resendEvent, resendFailedEvents } from '../../webhooks/deliveries.ts';
import { nameOfWebhook } from '../../webhooks/nameOfWebhook.ts';
import { getWebhook } from '../../webhooks/webhooks.ts';

const PATH = `${WEBHOOKS}/:id/deliveries`;
const PAGE = 50;
const HOUR_MS = 3_600_000;

const states = [
  ['waiting', 'Waiting'],
  ['delivered', 'Delivered'],
  ['failed', 'Failed'],
] as const;

/** How far back failed events are sent again, by hours. */
const periods = [
  ['1', 'the last hour'],
  ['24', 'the last 24 hours'],
  ['168', 'the last 7 days'],
  ['720', 'the last 30 days'],
] as const;

/** Intranet > Webhooks > a webhook > Deliveries: the log, and sending events again. */
export function webhookDeliveryListRoutes(router: Router, deps: Deps): void {
  router.get(PATH, (req, res) => show(deps, req, res, req.params.id));
  router.post(`${PATH}/resend`, async (req, res) => {
    const hours = Number(periods.find(([value]) => value === field(req, 'hours'))?.[0] ?? 1);
    const resent = await resendFailedEvents(deps, req.params.id, deps.now() - hours * HOUR_MS);
    const text = counted(resent, 'event is', 'events are');
    await leadTo(
      res,
      `${WEBHOOKS}/${req.params.id}/deliveries`,
      resent === 0 ? 'No event failed in this period.' : `${text} sent again.`,
      resent === 0 ? 'info' : 'success',
    );
  });
  router.post(`${PATH}/:delivery/resend`, async (req, res) => {
    const { id, delivery } = req.params;
    await resendEvent(deps, id, delivery);
    await leadTo(
      res,
      `${WEBHOOKS}/${id}/deliveries/${delivery}`,
      'The event is sent again. Reload this page in a moment to see the result.',
    );
  });
}

async function show(deps: Deps, req: Request, res: Response, id: string): Promise<void> {
  const webhook = await getWebhook(deps.store.db, id);
  const [state, before] = [queryText(req, 'state'), queryText(req, 'before')];
  const found = await listDeliveries(deps.store.db, id, { state, before, limit: PAGE });
  const path = `${WEBHOOKS}/${id}/deliveries`;
  res.render('settings/webhooks/deliveries', {
    title: 'Deliveries',
    webhook,
    name: nameOfWebhook(webhook),
    path,
    states,
    state,
    periods,
    rows: found.rows.map((row) => ({ ...row, subject: subjectOf(row) })),
    shown: `${counted(found.rows.length, 'event')}${before || found.next ? ' on this page' : ''}`,
    first: before ? withQuery(path, { state }) : undefined,
    next: found.next && withQuery(path, { state, before: found.next }),
  });
}

/** Returns the name of the person or group that an event is about, or its text, '' if it has none. */
function subjectOf({ body }: Delivery): string {
  const { data } = JSON.parse(body);
  return data.userName ?? data.displayName ?? data.text ?? '';
}
