import { parseXml } from '../../xml/parse.ts';
import { messageLimits } from '../../xml/reader.ts';
import { attributeOf, childOf, isElement, textOf, type XmlElement } from '../../xml/tree.ts';
import { authenticitySteps } from './authenticity.ts';
import { decodeBase64 } from './base64.ts';
import { bearersIn, contentSteps } from './checks.ts';
import { contentIn, type Hearing, type Step } from './hearing.ts';
import { SAML, SAMLP, SAMLP_1 } from './namespaces.ts';
import { providerStatusOf } from './providerStatus.ts';
import { refusalOf, refuse } from './refusal.ts';
import type { Check, ReasonCode, UnverifiedResponse, Verdict, VerifiedAssertion, VerifyContext } from './verdict.ts';

/** A Response within the limits, with its tree. Only `verifyResponse` reads the tree. */
export type ReadResponse = UnverifiedResponse & { readonly root: XmlElement };

/** What reading a form field gives: the Response to look the provider and the request up for, or why it is none. */
export type ReadOutcome = { ok: true; response: ReadResponse } | { ok: false; reason: ReasonCode; checks: Check[] };

const FORM = 'Size and form';
const STEPS: readonly Step[] = [...authenticitySteps, ...contentSteps];

// Base64 is a third longer, and its line breaks add a little more.
const LONGEST_FIELD = Math.ceil((messageLimits.octets * 4) / 3) * 1.1;

/**
 * Decodes and parses the `SAMLResponse` field of the HTTP-POST binding (saml-bindings 3.5.4) within the limits.
 * Takes the field's raw value, base64 with or without line breaks. Refuses by value; it throws nothing.
 */
export function readResponse(samlResponse: string): ReadOutcome {
  try {
    const root = readRoot(samlResponse);
    return {
      ok: true,
      response: {
        root,
        issuer: claimedIssuer(root),
        inResponseTo: attributeOf(root, 'InResponseTo'),
        encrypted: childOf(root, SAML, 'EncryptedAssertion') !== undefined,
      },
    };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    const refused: Check = { name: FORM, result: 'refused', ...facts };
    return { ok: false, reason, checks: [refused, ...STEPS.map(notReached)] };
  }
}

/**
 * Judges a Response that was read, against the provider's keys and the request that it claims to answer. Pure: the time is `context.now`.
 * Gives what was signed, or the one reason why the answer is refused; `checks` lists every check in its order either way.
 */
export function verifyResponse(response: ReadResponse, context: VerifyContext): Verdict {
  const hearing: Hearing = { root: response.root };
  const checks: Check[] = [{ name: FORM, result: 'passed' }];
  try {
    for (const { name, judge } of STEPS) checks.push({ name, result: 'passed', detail: judge(hearing, context) });
    return { ok: true, assertion: verifiedAssertion(hearing, context), checks };
  } catch (error) {
    const { reason, facts } = refusalOf(error);
    const at = checks.length - 1;
    checks.push({ name: STEPS[at]?.name ?? '', result: 'refused', ...facts }, ...STEPS.slice(at + 1).map(notReached));
    if (reason !== 'provider_status') return { ok: false, reason, checks };
    return { ok: false, reason, checks, providerStatus: providerStatusOf(response.root) };
  }
}

function readRoot(samlResponse: string): XmlElement {
  if (samlResponse.length > LONGEST_FIELD)
    refuse('message_too_large', { received: `${samlResponse.length} characters` });
  const octets = decodeBase64(samlResponse) ?? refuse('base64_invalid');
  const root = parseXml(octets);
  if (isElement(root, SAMLP, 'Response')) return root;
  const { uri, local } = root;
  if (uri === SAMLP_1) return refuse('version_unsupported', { expected: '2.0', received: '1.x' });
  return refuse('response_malformed', { expected: 'a Response', received: local });
}

function claimedIssuer(root: XmlElement): string | undefined {
  const own = childOf(root, SAML, 'Issuer');
  const assertion = childOf(root, SAML, 'Assertion');
  const issuer = own ?? (assertion && childOf(assertion, SAML, 'Issuer'));
  return issuer && textOf(issuer);
}

function verifiedAssertion(hearing: Hearing, { provider }: VerifyContext): VerifiedAssertion {
  const content = contentIn(hearing);
  const { conditions, confirmations: _confirmations, issueInstant: _issueInstant, authnInstants, ...said } = content;
  const bearers = bearersIn(hearing);
  // One confirmation is enough, so the last of them to end counts.
  const confirmed = Math.max(...bearers.map(({ notOnOrAfter }) => notOnOrAfter ?? 0));
  return {
    ...said,
    authnInstant: Math.min(...authnInstants),
    notOnOrAfter: Math.min(conditions.notOnOrAfter ?? Infinity, confirmed) + provider.clockSkewMs,
    inResponseTo: bearers[0]?.inResponseTo,
    oneTimeUse: conditions.oneTimeUse,
  };
}

function notReached({ name }: Step): Check {
  return { name, result: 'not_reached' };
}
