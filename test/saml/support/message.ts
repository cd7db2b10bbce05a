import { ACS_URL, ENTITY_ID, IDP, NOW, REQUEST_ID } from './context.ts';

/** The namespace prefixes of a provider's messages; '' is the default namespace. */
export type Prefixes = { protocol: string; assertion: string; signature: string };

/**
 * The parts of a message as text. Each can be replaced by any text. `@@RESPONSE@@` and `@@ASSERTION@@` mark the places of the signatures: see
 * sign.ts.
 */
export type MessageParts = {
  prefixes: Prefixes;
  declaration: string; // before the root
  responseAttributes: string;
  rootNamespaces: string; // additional ones, on the root
  responseIssuer: string;
  extensions: string;
  status: string;
  assertionAttributes: string;
  assertionNamespaces: string;
  assertionIssuer: string;
  subject: string;
  conditions: string;
  authnStatement: string;
  attributes: string;
  afterAttributes: string;
  afterAssertion: string;
  beforeAssertion: string;
};

export const RESPONSE_ID = '_response0001';
export const ASSERTION_ID = '_assertion0001';
export const PERSON = 'ada@acme.com';

/** Returns the xs:dateTime this many seconds after NOW. */
export function at(seconds: number): string {
  return new Date(NOW + seconds * 1000).toISOString().replace('.000Z', 'Z');
}

const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';

/** Returns a tag name with a prefix, or without one if it is ''. */
export function tag(prefix: string, local: string): string {
  return prefix === '' ? local : `${prefix}:${local}`;
}

/** Returns an xmlns declaration. */
export function xmlns(prefix: string, uri: string): string {
  return prefix === '' ? `xmlns="${uri}"` : `xmlns:${prefix}="${uri}"`;
}

/** Returns the parts of an honest response with these prefixes. */
export function honestParts(
  prefixes: Prefixes = { protocol: 'samlp', assertion: 'saml', signature: 'ds' },
): MessageParts {
  const a = (local: string) => tag(prefixes.assertion, local);
  const p = (local: string) => tag(prefixes.protocol, local);
  return {
    prefixes,
    declaration: '',
    responseAttributes: `ID="${RESPONSE_ID}" Version="2.0" IssueInstant="${at(-10)}" Destination="${ACS_URL}" InResponseTo="${REQUEST_ID}"`,
    rootNamespaces: '',
    responseIssuer: `<${a('Issuer')} ${xmlns(prefixes.assertion, SAML)}>${IDP}</${a('Issuer')}>`,
    extensions: '',
    status: `<${p('Status')}><${p('StatusCode')} Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></${p('Status')}>`,
    assertionAttributes: `ID="${ASSERTION_ID}" Version="2.0" IssueInstant="${at(-10)}"`,
    assertionNamespaces: xmlns(prefixes.assertion, SAML),
    assertionIssuer: `<${a('Issuer')}>${IDP}</${a('Issuer')}>`,
    subject: subject(prefixes, nameId(prefixes, PERSON) + confirmation(prefixes)),
    conditions: `<${a('Conditions')} NotBefore="${at(-30)}" NotOnOrAfter="${at(300)}"><${a('AudienceRestriction')}><${a('Audience')}>${ENTITY_ID}</${a('Audience')}></${a('AudienceRestriction')}></${a('Conditions')}>`,
    authnStatement: `<${a('AuthnStatement')} AuthnInstant="${at(-20)}" SessionIndex="_session1" SessionNotOnOrAfter="${at(28800)}"><${a('AuthnContext')}><${a('AuthnContextClassRef')}>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</${a('AuthnContextClassRef')}></${a('AuthnContext')}></${a('AuthnStatement')}>`,
    attributes: attributeStatement(prefixes, { mail: [PERSON], groups: ['Staff', 'R&amp;D'] }),
    afterAttributes: '',
    beforeAssertion: '',
    afterAssertion: '',
  };
}

/** Returns a Subject with this content. */
export function subject({ assertion }: Prefixes, content: string): string {
  return `<${tag(assertion, 'Subject')}>${content}</${tag(assertion, 'Subject')}>`;
}

/** Returns a NameID with format emailAddress. */
export function nameId({ assertion }: Prefixes, value: string, more = ''): string {
  return `<${tag(assertion, 'NameID')} Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"${more}>${value}</${tag(assertion, 'NameID')}>`;
}

/** Returns a bearer SubjectConfirmation. `data` replaces the attributes of its SubjectConfirmationData. */
export function confirmation(
  { assertion }: Prefixes,
  data?: string,
  method = 'urn:oasis:names:tc:SAML:2.0:cm:bearer',
): string {
  const attributes = data ?? `InResponseTo="${REQUEST_ID}" NotOnOrAfter="${at(300)}" Recipient="${ACS_URL}"`;
  const element = tag(assertion, 'SubjectConfirmation');
  return `<${element} Method="${method}"><${element}Data ${attributes}/></${element}>`;
}

/** Returns an AttributeStatement. Values are XML. */
export function attributeStatement(
  { assertion }: Prefixes,
  attributes: Record<string, string[]>,
  onValue = '',
): string {
  const a = (local: string) => tag(assertion, local);
  const each = Object.entries(attributes).map(([name, values]) => {
    const all = values.map((value) => `<${a('AttributeValue')}${onValue}>${value}</${a('AttributeValue')}>`).join('');
    return `<${a('Attribute')} Name="${name}" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic">${all}</${a('Attribute')}>`;
  });
  return `<${a('AttributeStatement')}>${each.join('')}</${a('AttributeStatement')}>`;
}

/** Returns the whole message. */
export function compose(parts: MessageParts): string {
  const root = tag(parts.prefixes.protocol, 'Response');
  return (
    `${parts.declaration}<${root} ${xmlns(parts.prefixes.protocol, SAMLP)}${parts.rootNamespaces} ${parts.responseAttributes}>` +
    `${parts.responseIssuer}@@RESPONSE@@${parts.extensions}${parts.status}${parts.beforeAssertion}${composeAssertion(parts)}${parts.afterAssertion}</${root}>`
  );
}

/** Returns only the Assertion. */
export function composeAssertion(parts: MessageParts): string {
  const element = tag(parts.prefixes.assertion, 'Assertion');
  return (
    `<${element} ${parts.assertionNamespaces} ${parts.assertionAttributes}>${parts.assertionIssuer}@@ASSERTION@@` +
    `${parts.subject}${parts.conditions}${parts.authnStatement}${parts.attributes}${parts.afterAttributes}</${element}>`
  );
}
