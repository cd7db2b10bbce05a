import { durationText } from '../../saml/verify/clock.ts';
import type { IdentityProvider } from '../../store/identityProviders.ts';
import type { Arrived, LoginActivity } from '../../store/loginActivity.ts';

const SECOND_MS = 1_000;
const IDENTIFIES = 'identifies the person';

/** A line of what arrived: `verified` is undefined if it is no claim of the sender. */
export type ArrivedRow = { label: string; values: string[]; verified?: boolean | undefined; note?: string };

/** Returns what arrived with a response, as lines of the screen, beside the certificates that are trusted. */
export function arrivedRows(
  { at, detail: { arrived } }: Pick<LoginActivity, 'at' | 'detail'>,
  provider: IdentityProvider | undefined,
): ArrivedRow[] {
  if (!arrived) return [];
  const { matchAttribute } = provider?.settings ?? {};
  return [
    ...responseRows(arrived, at),
    ...assertionRows(arrived, matchAttribute),
    ...certificateRows(arrived, provider),
  ];
}

/** Says in words how a time that was received differs from the time here. */
export function differenceInWords(issuedAt: number, at: number): string {
  const difference = issuedAt - at;
  if (difference >= SECOND_MS) return `${durationText(difference)} ahead of this server’s clock`;
  return difference > -SECOND_MS ? 'at the same time as here' : `${durationText(-difference)} before it arrived`;
}

function responseRows({ response, assertion }: Arrived, at: number): ArrivedRow[] {
  const { issuer, issuedAt, inResponseTo, verified } = response;
  const isProven = verified || (assertion?.verified === true && assertion.issuer === issuer);
  return [
    ...row('Issuer', issuer, isProven),
    { label: 'InResponseTo', values: [inResponseTo || 'none'], verified },
    ...(issuedAt === undefined ? [] : [{ label: 'Issued', values: [differenceInWords(issuedAt, at)], verified }]),
  ];
}

/** @param mapped the attribute that identifies the person, '' for the NameID */
function assertionRows({ response, assertion, encrypted }: Arrived, mapped: string | undefined): ArrivedRow[] {
  if (!assertion) return encrypted ? [{ label: 'Assertion', values: ['encrypted'] }] : [];
  const { issuer, nameId, nameIdFormat, authnContext, attributes, verified } = assertion;
  // With a transient NameID, a well-known attribute takes its place.
  const isMapped = (name: string) => name === mapped && (name !== '' || !nameIdFormat?.endsWith(':transient'));
  return [
    ...(issuer === response.issuer ? [] : row('Issuer of the assertion', issuer, verified)),
    { label: 'NameID', values: [nameId ?? 'none'], verified, ...(isMapped('') && { note: IDENTIFIES }) },
    ...row('NameID format', nameIdFormat, verified),
    ...row('AuthnContext', authnContext, verified),
    ...(attributes.length > 0 ? [] : [{ label: 'Attributes', values: ['none'], verified }]),
    ...attributes.map(([name, ...values]) => ({
      ...{ label: `Attribute ${name}`, values, verified },
      ...(isMapped(name) && { note: IDENTIFIES }),
    })),
  ];
}

function certificateRows({ certificates }: Arrived, provider: IdentityProvider | undefined): ArrivedRow[] {
  const trusted = provider?.facts.certificates.map(({ sha256 }) => sha256) ?? [];
  const received = [...new Set(certificates)].map((sha256) => ({
    label: 'Certificate received',
    values: [sha256],
    verified: false,
    note: trusted.includes(sha256) ? 'one of the trusted certificates' : 'not one of the trusted certificates',
  }));
  const label = `Trusted certificate${trusted.length === 1 ? '' : 's'}`;
  return trusted.length === 0
    ? received
    : [...received, { label, values: trusted, note: 'in the imported metadata, SHA-256' }];
}

function row(label: string, value: string | undefined, verified: boolean): ArrivedRow[] {
  return value === undefined ? [] : [{ label, values: [value], verified }];
}
