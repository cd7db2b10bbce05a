import type { Request } from 'express';
import { queryText } from '../../web/query.ts';
import { withParameters } from './bindings.ts';

const LONGEST = 320; // characters of an e-mail address (RFC 3696, erratum 1690)
const EMAIL = /^[^\s@<>&"\p{C}]{1,64}@[\p{L}\p{N}.-]{1,255}$/u; // and nothing that XML would have to escape
const TAKES_HINTS = /(^|\.)microsoftonline\.(com|us|cn)$|^login\.chinacloudapi\.cn$|^accounts\.google\.com$/;
const EMAIL_FORMAT = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';

/** Returns the e-mail address that the person typed on a page of this domain before the login. A link of another site or of a mail does not count. */
export function readLoginHint(req: Request): string | undefined {
  const hint = queryText(req, 'login_hint', LONGEST);
  const site = req.get('sec-fetch-site');
  const isOurs =
    site === undefined ? req.get('referer')?.startsWith(`${req.res?.locals.domain.url}/`) : site === 'same-origin';
  return isOurs && EMAIL.test(hint) ? hint : undefined;
}

/** Returns whether login_hint belongs into a provider's URL: Entra refuses a Subject and documents this instead, and Google does the same. */
export function takesLoginHint(url: string): boolean {
  return TAKES_HINTS.test(new URL(url).hostname);
}

/** Returns a URL with the hint. Neither the Destination nor the signature of a request covers it. */
export function withLoginHint(url: string, hint: string): string {
  return withParameters(url, new URLSearchParams({ login_hint: hint }));
}

/** Returns an unsigned AuthnRequest with a Subject: who should log in (saml-core 3.4.1). */
export function withSubject(xml: string, email: string): string {
  const nameId = `<saml:NameID Format="${EMAIL_FORMAT}">${email}</saml:NameID>`;
  const subject = `<saml:Subject xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${nameId}</saml:Subject>`;
  return xml.replace('</saml:Issuer>', (issuer) => issuer + subject);
}
