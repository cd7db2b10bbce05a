import type { Response } from 'express';
import type { Outcome } from './signIn.ts';
import type { ReasonCode } from './verdict.ts';

type Refused = Outcome & { ok: false };
type Words = { title: string; text: string };

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
  const name = refused.provider?.name ?? 'the identity provider';
  res.status(malformed.has(refused.reason) ? 400 : 403);
  // 'saml/refused' shows no link that would start the same sign-in by itself: that would be a loop.
  res.render('saml/refused', {
    ...wordsFor(refused.reason, name),
    reference: refused.reference,
    provider: refused.provider,
  });
}

function wordsFor(reason: ReasonCode, name: string): Words {
  const known = words[reason];
  if (known) return known(name);
  return {
    title: 'The sign-in did not work',
    text: `The intranet could not accept the answer of ${name}. Please give your administrator the reference below.`,
  };
}

const askAdministrator = 'Please ask your administrator, and give the reference below.';

const words: Partial<Record<ReasonCode, (name: string) => Words>> = {
  provider_status: (name) => ({
    title: `${name} did not sign you in`,
    text: `${name} says that you may not open the intranet, or that the sign-in was cancelled. ${askAdministrator}`,
  }),
  person_unknown: (name) => ({
    title: 'You are not in the People Directory yet',
    text: `${name} signed you in, but the intranet does not know you. ${askAdministrator}`,
  }),
  person_ambiguous: (name) => ({
    title: 'More than one person matches',
    text: `${name} signed you in, but the intranet knows more than one person by this name. ${askAdministrator}`,
  }),
  person_deactivated: (name) => ({
    title: 'Your account is deactivated',
    text: `${name} signed you in, but your account in the intranet is deactivated. ${askAdministrator}`,
  }),
  person_not_intranet_user: (name) => ({
    title: 'You may not sign in to the intranet',
    text: `${name} signed you in. You are listed in the People Directory, but without access to the intranet. ${askAdministrator}`,
  }),
  email_domain_forbidden: (name) => ({
    title: `${name} may not sign you in here`,
    text: `${name} signed you in, but is not the identity provider of your e-mail address. ${askAdministrator}`,
  }),
  request_unknown: () => ({
    title: 'This sign-in has ended',
    text: 'It was used already, or took longer than ten minutes. Log in again.',
  }),
  request_other_browser: () => ({
    title: 'This sign-in began in another browser',
    text: 'Log in again in this one, and allow cookies for the intranet.',
  }),
  assertion_replayed: () => ({ title: 'This sign-in was used already', text: 'Log in again.' }),
  idp_initiated_forbidden: (name) => ({
    title: 'Start at the intranet',
    text: `The intranet does not accept a launch from ${name}. Open the intranet and log in there.`,
  }),
  provider_disabled: (name) => ({
    title: `${name} is switched off here`,
    text: `The intranet does not accept sign-ins from ${name} at present. ${askAdministrator}`,
  }),
};
