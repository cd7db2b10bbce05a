import type { Response } from 'express';
import { allowFormsTo } from '../web/headers.ts';
import { renderView } from '../web/page.ts';

export type PostedMessage = { name: 'SAMLRequest' | 'SAMLResponse'; message: string; relayState: string | undefined };

/** Sends the form of the POST binding (saml-bindings 3.5.4). A script submits it; without scripts, a button does. */
export async function sendForm(res: Response, target: string, posted: PostedMessage): Promise<void> {
  allowFormsTo(res, target);
  res.setHeader('Cache-Control', 'no-cache, no-store');
  res.type('html').send(await renderView('saml/post', { target, ...posted }));
}
