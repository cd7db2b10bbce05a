import type { Response } from 'express';
import type { ReasonCode } from '../../federation/reasons.ts';
import { refusalMessage } from '../../federation/refusalMessages.ts';
import { withQuery } from '../../web/query.ts';
import type { RefusedLogin } from './receive.ts';

const BAD_REQUEST = /^(?:request_malformed|message_too_large|base64_invalid|xml_\w+|response_malformed)$/;

// Trying again would end here again: the provider would name the same person.
const OTHER_PERSON: ReadonlySet<string> = new Set([
  'person_unknown',
  'person_ambiguous',
  'person_deactivated',
  'person_not_intranet_user',
  'saml_login_forbidden',
  'email_domain_forbidden',
]);

/** Returns the status of a refusal: 400 for what is no SAML message at all, which is the sender's error, otherwise 403. */
export function statusOf(reason: ReasonCode): 400 | 403 {
  return BAD_REQUEST.test(reason) ? 400 : 403;
}

/** Tells the person in plain words that the login failed, with the reference under which a Power User finds the reason. */
export function refusalPage(res: Response, { reason, cause, reference, provider, returnPath }: RefusedLogin): void {
  res.status(statusOf(reason));
  const start = (other: boolean) =>
    provider?.enabled
      ? withQuery(`/saml/login/${provider.id}`, { return: returnPath, other: other ? '1' : undefined })
      : undefined;
  const isOtherPerson = OTHER_PERSON.has(reason);
  // The page must not start the same login again automatically: that would be a loop.
  res.render('saml/acs/refusalPage', {
    ...refusalMessage(reason, provider?.name, cause),
    reference,
    tryAgain: isOtherPerson ? undefined : start(false),
    other: isOtherPerson ? start(true) : undefined,
  });
}
