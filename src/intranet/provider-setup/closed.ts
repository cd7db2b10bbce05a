import type { Response } from 'express';
import type { Closed } from '../../federation/providerSetups/visit.ts';

const pages: Record<Closed, { status: number; title: string; text: string }> = {
  unknown: {
    status: 404,
    title: 'This link is not known',
    text: 'It may be incomplete, or was deleted. Copy the whole link from the message again, or ask the person who sent it for a new one.',
  },
  expired: {
    status: 410,
    title: 'This link has expired',
    text: 'Ask the person who sent it for a new one. What you entered at your provider stays there.',
  },
  revoked: {
    status: 410,
    title: 'This link was revoked',
    text: 'The intranet no longer expects anything through it. If that is a surprise, ask the person who sent it.',
  },
  elsewhere: {
    status: 403,
    title: 'This link is in use in another browser',
    text: 'It works only in the browser in which it was opened first. Continue there. If that was not you, or the browser has lost its cookies, ask the person who sent the link to revoke it and to send a new one.',
  },
};

/** Shows why a link cannot be used, and what to do. */
export function showClosed(res: Response, why: Closed): void {
  const { status, title, text } = pages[why];
  res.status(status).render('intranet/provider-setup/closed', { title, text });
}
