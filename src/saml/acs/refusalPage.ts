import type { Response } from 'express';
import { refusalWords } from '../../federation/refusalWords.ts';
import type { ReasonCode } from '../verify/verdict.ts';
import type { Outcome } from './receive.ts';

type Refused = Outcome & { ok: false };

const malformed = new Set<ReasonCode>([
  'request_malformed',
  'message_too_large',
  'base64_invalid',
  'xml_malformed',
  'xml_limit',
  'xml_forbidden',
  'response_malformed',
]);

/** Tells the person in plain words that they are not in, and gives the reference under which a Power User finds the reason. */
export function refusalPage(res: Response, refused: Refused): void {
  res.status(malformed.has(refused.reason) ? 400 : 403);
  // 'saml/refused' shows no link that would start the same sign-in by itself: that would be a loop.
  res.render('saml/refused', {
    ...refusalWords(refused.reason, refused.provider?.name),
    reference: refused.reference,
    provider: refused.provider,
  });
}
