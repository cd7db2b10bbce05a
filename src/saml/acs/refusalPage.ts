import type { Response } from 'express';
import { refusalMessage } from '../../federation/refusalMessages.ts';
import type { RefusedLogin } from './receive.ts';

// What is no SAML response at all is the sender's error: 400. Any other refusal is 403.
const BAD_REQUEST = /^(?:request_malformed|message_too_large|base64_invalid|xml_\w+|response_malformed)$/;

/** Tells the person in plain words that the login failed, with the reference under which a Power User finds the reason. */
export function refusalPage(res: Response, { reason, reference, provider }: RefusedLogin): void {
  res.status(BAD_REQUEST.test(reason) ? 400 : 403);
  // The page must not start the same login again automatically: that would be a loop.
  res.render('saml/acs/refusalPage', { ...refusalMessage(reason, provider?.name), reference, provider });
}
