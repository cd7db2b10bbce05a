import { constants } from 'node:crypto';
import { ACS_URL, contextWith, ENTITY_ID, IDP, NOW, REQUEST_ID, type VerifyContext } from '../support/context.ts';
import { type EncryptOptions, encryptAssertion } from '../support/encrypt.ts';
import { domain, domainNext, ecProvider, providerNext } from '../support/keys.ts';
import {
  at,
  attributeStatement,
  compose,
  confirmation,
  honestParts,
  type MessageParts,
  nameId,
  PERSON,
  subject,
} from '../support/message.ts';
import { DS, type SignOptions, signAt, signMessage, withoutMarks } from '../support/sign.ts';

/** A response of an honest provider, and what must be read from it. */
export type HonestCase = { name: string; field: string; context: VerifyContext; person: string; groups: string[] };

type Shape = {
  name: string;
  parts: MessageParts;
  sign?: 'response' | 'assertion' | 'both';
  options?: Partial<SignOptions>;
  encrypt?: Partial<EncryptOptions>;
  finish?: (xml: string) => string;
  encode?: (base64: string) => string;
  context?: VerifyContext;
  person?: string;
  groups?: string[];
};

const XS = ' xmlns:xs="http://www.w3.org/2001/XMLSchema"';
const XSI = ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
const CERTIFICATE = Buffer.alloc(900, 'certificate').toString('base64');
const X509 = (prefix: string) =>
  `<${prefix}KeyInfo><${prefix}X509Data><${prefix}X509Certificate>${CERTIFICATE}</${prefix}X509Certificate></${prefix}X509Data></${prefix}KeyInfo>`;
const MANY = Array.from({ length: 200 }, (_, index) => `CN=Group ${index},OU=Teams,DC=acme,DC=com`);
const lines = (base64: string) => base64.replace(/.{76}/g, '$&\r\n');

/** Creates all honest responses. */
export function honestCases(): HonestCase[] {
  return [...microsoft(), ...cloud(), ...openSource(), ...algorithms(), ...encrypted(), ...oddities()].map(build);
}

function build(shape: Shape): HonestCase {
  const xml = (shape.finish ?? ((text: string) => text))(
    shape.encrypt === undefined ? plain(shape) : sealed(shape, shape.encrypt),
  );
  return {
    name: shape.name,
    field: (shape.encode ?? ((base64: string) => base64))(Buffer.from(xml).toString('base64')),
    context: shape.context ?? contextWith(),
    person: shape.person ?? PERSON,
    groups: shape.groups ?? ['Staff', 'R&D'],
  };
}

function plain({ parts, sign = 'assertion', options }: Shape): string {
  return signMessage(compose(parts), sign, options);
}

// The order of saml-core 6.2: sign the Assertion, encrypt it in place, sign the Response.
function sealed({ parts, sign = 'assertion', options }: Shape, encrypt: Partial<EncryptOptions>): string {
  const message = compose(parts);
  const marked = sign === 'response' ? message : signAt(message, '@@ASSERTION@@', 'Assertion', options);
  const assertion = /<(\w+:|)Assertion .*<\/\1Assertion>/s.exec(marked)?.[0] ?? '';
  const xml = marked.replace(assertion, () => encryptAssertion(withoutMarks(assertion), encrypt));
  return signMessage(xml, sign === 'assertion' ? 'none' : 'response', options);
}

function microsoft(): Shape[] {
  const prefixes = { protocol: 'samlp', assertion: '', signature: '' };
  const base = honestParts(prefixes);
  const entra: MessageParts = {
    ...base,
    responseAttributes: `ID="_e1" Version="2.0" IssueInstant="2026-01-15T11:59:50.123Z" Destination="${ACS_URL}" InResponseTo="${REQUEST_ID}"`,
    assertionAttributes: 'ID="_e2" IssueInstant="2026-01-15T11:59:50.119Z" Version="2.0"',
    authnStatement: `<AuthnStatement AuthnInstant="2026-01-15T11:58:00.000Z" SessionIndex="_e2"><AuthnContext><AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</AuthnContextClassRef></AuthnContext></AuthnStatement>`,
    attributes: attributeStatement(prefixes, {
      'http://schemas.microsoft.com/identity/claims/tenantid': ['4f1c'],
      groups: ['Staff', 'R&amp;D'],
    }),
  };
  const adfs: MessageParts = {
    ...entra,
    responseAttributes: `${entra.responseAttributes.replace('50.123Z', '50.1234567Z')} Consent="urn:oasis:names:tc:SAML:2.0:consent:unspecified"`,
  };
  const options = { prefix: '', keyInfo: X509('').replace('<KeyInfo>', `<KeyInfo xmlns="${DS}">`) };
  const adfsOptions = { prefix: 'ds', keyInfo: X509('').replace('<KeyInfo>', `<KeyInfo xmlns="${DS}">`) };
  return [
    { name: 'Entra, signed Assertion', parts: entra, options },
    { name: 'Entra, signed Response', parts: entra, sign: 'response', options },
    { name: 'Entra, both signed', parts: entra, sign: 'both', options },
    {
      name: 'Entra, 200 groups',
      parts: { ...entra, attributes: attributeStatement(prefixes, { groups: MANY }) },
      options,
      groups: MANY,
    },
    { name: 'ADFS, signed Assertion', parts: adfs, options: adfsOptions },
    {
      name: 'ADFS, signed and encrypted Assertion',
      parts: adfs,
      options: adfsOptions,
      encrypt: { cipher: 'aes-256-cbc' },
    },
    {
      name: 'ADFS, message and Assertion signed, encrypted',
      parts: adfs,
      sign: 'both',
      options: adfsOptions,
      encrypt: { cipher: 'aes-256-cbc', label: 'sha1' },
    },
  ];
}

function cloud(): Shape[] {
  const prefixes = { protocol: 'saml2p', assertion: 'saml2', signature: 'ds' };
  const base = honestParts(prefixes);
  const typed = (type: string) =>
    attributeStatement(prefixes, { groups: ['Staff', 'R&amp;D'] }, `${XSI} xsi:type="xs:${type}"`);
  const okta: MessageParts = {
    ...base,
    declaration: '<?xml version="1.0" encoding="UTF-8"?>',
    rootNamespaces: XS,
    responseIssuer: base.responseIssuer.replace(
      '>https',
      ' Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">https',
    ),
    attributes: typed('string'),
  };
  const google: MessageParts = {
    ...base,
    declaration: '<?xml version="1.0" encoding="UTF-8" standalone="no"?>',
    attributes: attributeStatement(prefixes, { groups: ['Staff', 'R&amp;D'] }, `${XS}${XSI} xsi:type="xs:anyType"`),
  };
  const jumpCloud: MessageParts = {
    ...honestParts({ protocol: 'samlp', assertion: 'saml', signature: 'ds' }),
    declaration: '<?xml version="1.0" encoding="UTF-8"?>\n',
  };
  const oktaOptions = { inclusivePrefixes: ['xs'], keyInfo: X509('ds:') };
  const auth0 = honestParts({ protocol: 'samlp', assertion: 'saml', signature: '' });
  return [
    { name: 'Okta, both signed', parts: okta, sign: 'both', options: oktaOptions },
    { name: 'Okta, signed Response', parts: okta, sign: 'response', options: oktaOptions },
    { name: 'Okta, signed Assertion', parts: okta, sign: 'assertion', options: oktaOptions },
    {
      name: 'Okta, encrypted',
      parts: { ...okta, assertionNamespaces: `${okta.assertionNamespaces}${XS}` },
      sign: 'both',
      options: oktaOptions,
      encrypt: {},
    },
    {
      name: 'Google, signed Response',
      parts: google,
      sign: 'response',
      options: { keyInfo: X509('ds:'), wrap: (text) => `\n${text.replace(/.{76}/g, '$&\n')}\n` },
    },
    { name: 'Google, signed Assertion', parts: google, options: { keyInfo: X509('ds:') } },
    { name: 'JumpCloud, signed Assertion', parts: jumpCloud, options: { keyInfo: X509('ds:') } },
    { name: 'JumpCloud, signed Response', parts: jumpCloud, sign: 'response', options: { keyInfo: X509('ds:') } },
    { name: 'JumpCloud, wrapped base64', parts: jumpCloud, encode: lines },
    {
      name: 'Auth0, signed Assertion',
      parts: { ...auth0, authnStatement: auth0.authnStatement.replace(/ SessionNotOnOrAfter="[^"]*"/, '') },
      options: { prefix: '', keyInfo: '' },
    },
  ];
}

function openSource(): Shape[] {
  const prefixes = { protocol: 'samlp', assertion: 'saml', signature: 'ds' };
  const base = honestParts(prefixes);
  const keycloakValue = `${XS}${XSI} xsi:type="xs:string"`;
  const keycloak: MessageParts = {
    ...base,
    attributes: attributeStatement(prefixes, { groups: ['Staff', 'R&amp;D'] }, keycloakValue),
  };
  const keycloakOptions: Partial<SignOptions> = {
    prefix: 'dsig',
    wrap: (text) => text.replace(/.{76}/g, '$&&#13;\n'),
    keyInfo: `<dsig:KeyInfo><dsig:KeyName>k1</dsig:KeyName><dsig:X509Data><dsig:X509Certificate>${CERTIFICATE}</dsig:X509Certificate></dsig:X509Data><dsig:KeyValue><dsig:RSAKeyValue><dsig:Modulus>AQAB</dsig:Modulus><dsig:Exponent>AQAB</dsig:Exponent></dsig:RSAKeyValue></dsig:KeyValue></dsig:KeyInfo>`,
  };
  const shibboleth: MessageParts = {
    ...honestParts({ protocol: 'saml2p', assertion: 'saml2', signature: 'ds' }),
    subject: subject(
      { ...prefixes, assertion: 'saml2' },
      `<saml2:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:transient" NameQualifier="${IDP}" SPNameQualifier="${ENTITY_ID}">AAdzZWNyZXQx</saml2:NameID>` +
        confirmation(
          { ...prefixes, assertion: 'saml2' },
          `Address="192.0.2.7" InResponseTo="${REQUEST_ID}" NotOnOrAfter="${at(300)}" Recipient="${ACS_URL}"`,
        ),
    ),
    attributes: attributeStatement(
      { ...prefixes, assertion: 'saml2' },
      {
        groups: ['Staff', 'R&amp;D'],
        'urn:oid:1.3.6.1.4.1.5923.1.1.1.10': [
          `<saml2:NameID Format="urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" NameQualifier="${IDP}">pwid</saml2:NameID>`,
        ],
      },
      `${XSI} xsi:type="xsd:string"`,
    ),
    assertionNamespaces:
      'xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:xsd="http://www.w3.org/2001/XMLSchema"',
  };
  const inPlace: MessageParts = {
    ...keycloak,
    rootNamespaces: ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"',
    responseIssuer: `<saml:Issuer>${IDP}</saml:Issuer>`,
    assertionNamespaces: 'xmlns="urn:oasis:names:tc:SAML:2.0:assertion"',
  };
  const opaque = { person: 'AAdzZWNyZXQx' };
  const simple: MessageParts = {
    ...base,
    assertionNamespaces: `${base.assertionNamespaces}${XSI}${XS}`,
    attributes: attributeStatement(prefixes, { groups: ['Staff', 'R&amp;D'] }, ' xsi:type="xs:string"'),
  };
  const pysaml = { protocol: 'ns0', assertion: 'ns1', signature: 'ns2' };
  const pysaml2: MessageParts = {
    ...honestParts(pysaml),
    declaration: "<?xml version='1.0' encoding='UTF-8'?>\n",
    attributes: attributeStatement(pysaml, { groups: ['Staff', 'R&amp;D'] }, `${XS}${XSI} xsi:type="xs:string"`),
  };
  const indented = (xml: string) => xml.replace(/></g, '>\n  <');
  const lemon: MessageParts = {
    ...base,
    afterAssertion: '\n',
    subject: indented(base.subject),
    conditions: indented(base.conditions),
  };
  const lemonOptions: Partial<SignOptions> = {
    wrap: (text) => text.replace(/.{64}/g, '$&\n'),
    template: indented,
    prefix: '',
  };
  return [
    { name: 'Keycloak, signed Response', parts: keycloak, sign: 'response', options: keycloakOptions },
    { name: 'Keycloak, both signed', parts: keycloak, sign: 'both', options: keycloakOptions },
    {
      name: 'Keycloak, signed Assertion, encrypted',
      parts: keycloak,
      sign: 'assertion',
      options: keycloakOptions,
      encrypt: { transport: 'rsa-oaep', label: 'sha256', mask: 'sha256' },
    },
    { name: 'Keycloak, declared on the Response', parts: inPlace, sign: 'both', options: keycloakOptions },
    {
      name: 'Keycloak, encrypted in place in a signed Response',
      parts: inPlace,
      sign: 'response',
      options: keycloakOptions,
      encrypt: { transport: 'rsa-oaep', label: 'sha256', mask: 'sha1' },
    },
    {
      name: 'Keycloak, encrypted in place, both signed',
      parts: inPlace,
      sign: 'both',
      options: keycloakOptions,
      encrypt: { cipher: 'aes-256-gcm' },
    },
    {
      name: 'Shibboleth, signed Response',
      parts: shibboleth,
      sign: 'response',
      options: { inclusivePrefixes: ['xsd'] },
      ...opaque,
    },
    {
      name: 'Shibboleth, encrypted in a signed Response',
      parts: shibboleth,
      sign: 'response',
      encrypt: { cipher: 'aes-128-cbc', label: 'sha1' },
      ...opaque,
    },
    {
      name: 'Shibboleth 4, AES-GCM in a signed Response',
      parts: shibboleth,
      sign: 'response',
      encrypt: { cipher: 'aes-128-gcm', placement: 'beside' },
      ...opaque,
    },
    { name: 'SimpleSAMLphp, both signed', parts: simple, sign: 'both' },
    { name: 'SimpleSAMLphp, encrypted', parts: simple, sign: 'both', encrypt: { cipher: 'aes-128-cbc' } },
    { name: 'LemonLDAP (lasso), signed Assertion', parts: lemon, options: lemonOptions, finish: (xml) => `${xml}\n` },
    {
      name: 'LemonLDAP (lasso), encrypted, key next to the data',
      parts: lemon,
      sign: 'both',
      options: lemonOptions,
      encrypt: { cipher: 'aes-128-cbc', placement: 'beside' },
    },
    {
      name: 'pysaml2, signed Assertion',
      parts: pysaml2,
      options: {
        prefix: 'ns2',
        template: (text) => text.replace('<ns2:Signature ', '<ns2:Signature Id="Signature1" '),
      },
    },
    { name: 'pysaml2, both signed', parts: pysaml2, sign: 'both', options: { prefix: 'ns2' } },
    {
      name: 'pysaml2, encrypted',
      parts: pysaml2,
      sign: 'response',
      options: { prefix: 'ns2' },
      encrypt: { cipher: 'aes-128-cbc' },
    },
    {
      name: 'pysaml2, both signed with one Id, encrypted',
      parts: pysaml2,
      sign: 'both',
      options: {
        prefix: 'ns2',
        template: (text) => text.replace('<ns2:Signature ', '<ns2:Signature Id="Signature1" '),
      },
      encrypt: { cipher: 'aes-128-cbc' },
    },
    { name: 'npm saml-idp, signed Assertion', parts: base, options: { prefix: '', keyInfo: X509('') } },
    {
      name: 'npm saml-idp, signed Response, LF in values',
      parts: base,
      sign: 'response',
      options: { prefix: '', wrap: (text) => text.replace(/.{64}/g, '$&\n') },
    },
  ];
}

function algorithms(): Shape[] {
  const parts = honestParts();
  const more = 'http://www.w3.org/2001/04/xmldsig-more#';
  const sizes = [256, 384, 512];
  const digests = [
    'http://www.w3.org/2001/04/xmlenc#sha256',
    `${more}sha384`,
    'http://www.w3.org/2001/04/xmlenc#sha512',
  ];
  const each = sizes.flatMap((size, index): Shape[] => {
    const hash = `sha${size}`;
    const digest = { hash, digest: hash, digestAlgorithm: digests[index] ?? '' };
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };
    return [
      { name: `RSA-SHA${size}`, parts, options: { ...digest, algorithm: `${more}rsa-${hash}` } },
      {
        name: `RSA-PSS-SHA${size}`,
        parts,
        options: { ...digest, algorithm: `http://www.w3.org/2007/05/xmldsig-more#${hash}-rsa-MGF1`, signOptions: pss },
      },
      {
        name: `ECDSA-SHA${size}`,
        parts,
        options: {
          ...digest,
          algorithm: `${more}ecdsa-${hash}`,
          key: ecProvider.privateKey,
          signOptions: { dsaEncoding: 'ieee-p1363' },
        },
      },
    ];
  });
  const sha1: Partial<SignOptions> = {
    algorithm: `${DS}rsa-sha1`,
    hash: 'sha1',
    digest: 'sha1',
    digestAlgorithm: `${DS}sha1`,
  };
  return [
    ...each,
    { name: 'inclusive canonical form', parts, sign: 'both', options: { exclusive: false } },
    { name: 'the implicit canonical form', parts, sign: 'both', options: { implicit: true } },
    { name: 'the next key of the provider', parts, options: { key: providerNext.privateKey } },
    {
      name: 'SHA-1 from a provider that may use it',
      parts,
      options: sha1,
      context: contextWith({ settings: { allowSha1: true } }),
    },
  ];
}

function encrypted(): Shape[] {
  const parts = honestParts();
  const ciphers = ['aes-128-gcm', 'aes-256-gcm', 'aes-128-cbc', 'aes-256-cbc'] as const;
  const digests = ['sha1', 'sha256'] as const;
  const transports = ciphers.flatMap((cipher) => digests.map((label) => ({ cipher, label })));
  return [
    ...transports.map(
      (encrypt): Shape => ({
        name: `${encrypt.cipher}, OAEP ${encrypt.label} with MGF1 SHA-1`,
        parts,
        sign: 'assertion',
        encrypt,
      }),
    ),
    ...digests.flatMap((label) =>
      digests.map(
        (mask): Shape => ({
          name: `OAEP ${label}, MGF1 ${mask}`,
          parts,
          sign: 'response',
          encrypt: { transport: 'rsa-oaep', label, mask },
        }),
      ),
    ),
    { name: 'encrypted for the next key of the domain', parts, sign: 'both', encrypt: { key: domainNext.publicKey } },
    ...(
      [
        ['assertion', {}],
        ['both', {}],
        ['assertion', { inclusivePrefixes: ['xs', 'saml'] }],
        ['both', { exclusive: false }],
      ] as [Shape['sign'] & string, Partial<SignOptions>][]
    ).map(([sign, options]) => ({
      name: `encrypted in place, all namespaces declared on the Response, ${sign} signed ${JSON.stringify(options)}`,
      parts: {
        ...parts,
        rootNamespaces: ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" xmlns:ds="${DS}"${XS}${XSI}`,
        assertionNamespaces: '',
        attributes: attributeStatement(parts.prefixes, { groups: ['Staff', 'R&amp;D'] }, ' xsi:type="xs:string"'),
      },
      sign,
      options: {
        ...options,
        template: (signature: string) => signature.replace(` xmlns:ds="${DS}"`, ''),
      },
      encrypt: { cipher: 'aes-128-cbc' as const },
    })),
    ...[{ exclusive: false }, { inclusivePrefixes: ['xs', 'xsi'] }].map(
      (options): Shape => ({
        name: `encrypted in place, all namespaces declared on the Response and signed with it: ${JSON.stringify(options)}`,
        parts: {
          ...parts,
          rootNamespaces: ` xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion"${XS}${XSI}`,
          assertionNamespaces: '',
          attributes: attributeStatement(parts.prefixes, { groups: ['Staff', 'R&amp;D'] }, ' xsi:type="xs:string"'),
        },
        sign: 'response',
        options,
        encrypt: {},
      }),
    ),
    {
      name: 'encrypted, with the old key only',
      parts,
      sign: 'both',
      encrypt: { key: domain.publicKey },
      context: contextWith({ decryptionKeys: [domain.privateKey] }),
    },
  ];
}

function oddities(): Shape[] {
  const parts = honestParts();
  const unsolicitedParts: MessageParts = {
    ...parts,
    responseAttributes: parts.responseAttributes.replace(/ InResponseTo="[^"]*"/, ''),
    subject: subject(
      parts.prefixes,
      nameId(parts.prefixes, PERSON) + confirmation(parts.prefixes, `NotOnOrAfter="${at(300)}" Recipient="${ACS_URL}"`),
    ),
  };
  const idpInitiated = contextWith({ expectedRequest: undefined, settings: { idpInitiated: true } });
  const values =
    attributeStatement(parts.prefixes, { groups: ['Staff'] }) +
    attributeStatement(parts.prefixes, { empty: [''], groups: ['R&amp;D'] });
  return [
    { name: 'IdP-initiated', parts: unsolicitedParts, context: idpInitiated },
    { name: 'IdP-initiated, signed Response', parts: unsolicitedParts, sign: 'response', context: idpInitiated },
    {
      name: 'no Destination on an unsigned Response',
      parts: { ...parts, responseAttributes: parts.responseAttributes.replace(/ Destination="[^"]*"/, '') },
    },
    { name: 'no Issuer on an unsigned Response', parts: { ...parts, responseIssuer: '' } },
    { name: 'a repeated attribute in two statements, and an empty value', parts: { ...parts, attributes: values } },
    {
      name: 'a nil value',
      parts: {
        ...parts,
        afterAttributes: `<saml:AttributeStatement><saml:Attribute Name="phone"><saml:AttributeValue${XSI} xsi:nil="true"/></saml:Attribute></saml:AttributeStatement>`,
      },
    },
    {
      name: 'AuthenticatingAuthority',
      parts: {
        ...parts,
        authnStatement: parts.authnStatement.replace(
          '</saml:AuthnContext>',
          `<saml:AuthenticatingAuthority>${IDP}</saml:AuthenticatingAuthority></saml:AuthnContext>`,
        ),
      },
    },
    {
      name: 'two AuthnStatements of a chain of providers',
      parts: {
        ...parts,
        authnStatement:
          parts.authnStatement +
          `<saml:AuthnStatement AuthnInstant="${at(-40)}"><saml:AuthnContext><saml:AuthnContextDeclRef>urn:example:card</saml:AuthnContextDeclRef></saml:AuthnContext></saml:AuthnStatement>`,
      },
    },
    {
      name: 'OneTimeUse and ProxyRestriction',
      parts: {
        ...parts,
        conditions: parts.conditions.replace(
          '</saml:Conditions>',
          '<saml:OneTimeUse/><saml:ProxyRestriction Count="0"/></saml:Conditions>',
        ),
      },
    },
    {
      name: 'two audiences',
      parts: {
        ...parts,
        conditions: parts.conditions.replace(
          '<saml:Audience>',
          '<saml:Audience>https://other.example.com</saml:Audience><saml:Audience>',
        ),
      },
    },
    {
      name: 'comments between elements',
      parts: { ...parts, subject: `<!-- who -->${parts.subject}<!-- when -->` },
      sign: 'both',
    },
    {
      name: 'a declaration with the encoding in mixed case',
      parts,
      finish: (xml) => `<?xml version='1.0' encoding='Utf-8'?>${xml}`,
    },
    { name: 'byte order mark', parts, finish: (xml) => `\ufeff${xml}` },
    {
      name: 'CR LF between elements',
      parts: { ...parts, declaration: '<?xml version="1.0" encoding="utf-8"?>\r\n' },
      finish: (xml) => `${xml}\r\n`,
    },
    {
      name: 'Extensions',
      parts: {
        ...parts,
        extensions: '<samlp:Extensions><x:hint xmlns:x="urn:example:x">a</x:hint></samlp:Extensions>',
      },
      sign: 'response',
    },
    {
      name: 'a name outside ASCII',
      parts: {
        ...parts,
        subject: subject(parts.prefixes, nameId(parts.prefixes, 'žofie.ů@acme.com') + confirmation(parts.prefixes)),
      },
      person: 'žofie.ů@acme.com',
      sign: 'both',
    },
    {
      name: 'a character outside the BMP',
      parts: { ...parts, attributes: attributeStatement(parts.prefixes, { groups: ['Staff \u{1f600}', '&#x1F601;'] }) },
      groups: ['Staff \u{1f600}', '\u{1f601}'],
    },
    {
      name: 'all kinds of escapes',
      parts: {
        ...parts,
        attributes: attributeStatement(parts.prefixes, { groups: ['&lt;&gt;&amp;&quot;&apos;', '&#65;&#x42;'] }),
      },
      groups: ['<>&"\'', 'AB'],
    },
    { name: 'a clock that is a minute ahead', parts, context: contextWith({ now: NOW - 59_000 }) },
    {
      name: 'a mapped attribute without a NameID',
      parts: { ...parts, subject: subject(parts.prefixes, confirmation(parts.prefixes)) },
      context: contextWith({ settings: { matchAttribute: 'mail' } }),
    },
    {
      name: 'an attribute named __proto__',
      parts: {
        ...parts,
        attributes: attributeStatement(parts.prefixes, {
          groups: ['Staff', 'R&amp;D'],
          nameID: ['eve@evil.example'],
          ['__proto__']: ['x'],
        }),
      },
    },
    ...(['first', 'last'] as const).map((order) => ({
      name: `WSO2: a confirmation per address, ours ${order}`,
      parts: {
        ...parts,
        subject: subject(parts.prefixes, nameId(parts.prefixes, PERSON) + eachAddress(parts.prefixes, order).join('')),
      },
    })),
    {
      name: 'a correct declaration of the prefix xml',
      parts: { ...parts, rootNamespaces: ' xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="en"' },
      sign: 'both',
    },
    {
      name: 'a holder-of-key confirmation before the bearer confirmation',
      parts: {
        ...parts,
        subject: subject(
          parts.prefixes,
          nameId(parts.prefixes, PERSON) +
            confirmation(parts.prefixes, '', 'urn:oasis:names:tc:SAML:2.0:cm:holder-of-key') +
            confirmation(parts.prefixes),
        ),
      },
    },
  ];
}

function eachAddress(prefixes: MessageParts['prefixes'], order: 'first' | 'last'): string[] {
  const other = `InResponseTo="${REQUEST_ID}" NotOnOrAfter="${at(300)}" Recipient="https://other.example.com/acs"`;
  const both = [confirmation(prefixes), confirmation(prefixes, other)];
  return order === 'first' ? both : both.reverse();
}
