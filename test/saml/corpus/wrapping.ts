import { PERSON } from '../support/message.ts';
import { cut, type HostileCase, honest, refused, swap } from './hostile.ts';

const EVIL = 'eve@evil.example';

/** Signature wrapping 1 to 8 (Somorovsky et al., "On Breaking SAML") and later variants: the signed part is moved, and a forged one is read. */
export function wrappingCases(): HostileCase[] {
  return [...wrappedResponses(), ...wrappedAssertions(), ...elsewhere(), ...secondAssertions()];
}

function wrappedResponses(): HostileCase[] {
  const cases: HostileCase[] = [];
  for (const place of ['response', 'both'] as const) {
    const signed = honest(place);
    const signature = cut(signed, 'ds:Signature');
    const unsigned = swap(signed, signature, '');
    const evil = (id: string) => swap(swap(unsigned, PERSON, EVIL), 'ID="_response0001"', `ID="${id}"`);
    const within = (inner: string) =>
      swap(signature, '</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`);
    const put = (message: string, what: string) => swap(message, '</saml:Issuer>', `</saml:Issuer>${what}`);
    for (const id of ['_evil', '_response0001']) {
      cases.push(
        refused(
          `XSW1, ${place}, ${id}: the Response in the Signature of the forged one`,
          put(evil(id), within(unsigned)),
          'response_malformed',
        ),
        refused(
          `XSW2, ${place}, ${id}: the Response before the detached Signature`,
          put(evil(id), unsigned + signature),
          'response_malformed',
        ),
        refused(
          `${place}, ${id}: the Response in Extensions`,
          put(evil(id), `<samlp:Extensions>${signed}</samlp:Extensions>`),
          'response_malformed',
        ),
        refused(
          `${place}, ${id}: the Response at the end of the forged one`,
          swap(evil(id), '</samlp:Response>', `${signed}</samlp:Response>`),
          'response_malformed',
        ),
        refused(
          `${place}, ${id}: the Response in Status`,
          swap(evil(id), '</samlp:Status>', `<samlp:StatusDetail>${signed}</samlp:StatusDetail></samlp:Status>`),
          'response_malformed',
        ),
        refused(`${place}, ${id}: two roots`, evil(id) + signed, 'xml_malformed'),
      );
    }
  }
  return cases;
}

function wrappedAssertions(): HostileCase[] {
  const cases: HostileCase[] = [];
  for (const place of ['assertion', 'both'] as const) {
    const signed =
      place === 'both' ? swap(honest('both'), cut(honest('both'), 'ds:Signature'), '') : honest('assertion');
    const assertion = cut(signed, 'saml:Assertion');
    const signature = cut(assertion, 'ds:Signature');
    const bare = swap(assertion, signature, '');
    for (const id of ['_evil', '_assertion0001']) {
      const evil = swap(swap(bare, PERSON, EVIL), 'ID="_assertion0001"', `ID="${id}"`);
      const withSignature = (what: string) => swap(evil, '</saml:Issuer>', `</saml:Issuer>${what}`);
      const object = (inner: string) =>
        swap(signature, '</ds:Signature>', `<ds:Object>${inner}</ds:Object></ds:Signature>`);
      const keyInfo = (inner: string) =>
        swap(signature, '</ds:Signature>', `<ds:KeyInfo>${inner}</ds:KeyInfo></ds:Signature>`);
      const message = (inner: string) => swap(signed, assertion, inner);
      const forms: [string, string][] = [
        ['XSW3: the forged one before', message(evil + assertion)],
        ['the forged one after', message(assertion + evil)],
        [
          'XSW4: the signed one inside the forged one',
          message(swap(evil, '</saml:Assertion>', `${assertion}</saml:Assertion>`)),
        ],
        ['XSW5: the forged one with the Signature, the signed one after', message(withSignature(signature) + bare)],
        [
          'XSW6: the signed one in the Signature',
          message(withSignature(swap(signature, '</ds:SignatureValue>', `</ds:SignatureValue>${bare}`))),
        ],
        [
          'XSW7: the signed one in Extensions',
          swap(message(evil), '<samlp:Status>', `<samlp:Extensions>${assertion}</samlp:Extensions><samlp:Status>`),
        ],
        [
          'XSW7: the forged one in Extensions',
          swap(signed, '<samlp:Status>', `<samlp:Extensions>${evil}</samlp:Extensions><samlp:Status>`),
        ],
        ['XSW8: the signed one in an Object', message(withSignature(object(bare)))],
        ['the signed one in KeyInfo', message(withSignature(keyInfo(bare)))],
        [
          'the signed one in Advice',
          message(swap(evil, '<saml:AuthnStatement', `<saml:Advice>${assertion}</saml:Advice><saml:AuthnStatement`)),
        ],
        [
          'the forged one in Advice',
          message(swap(assertion, '<saml:AuthnStatement', `<saml:Advice>${evil}</saml:Advice><saml:AuthnStatement`)),
        ],
        [
          'the signed one in an AttributeValue',
          message(swap(evil, '<saml:AttributeValue>', `<saml:AttributeValue>${assertion}`)),
        ],
        [
          'the signed one in SubjectConfirmationData',
          message(
            swap(
              evil,
              /(<saml:SubjectConfirmationData [^>]*)\/>/.exec(evil)?.[0] ?? '',
              `<saml:SubjectConfirmationData>${assertion}</saml:SubjectConfirmationData>`,
            ),
          ),
        ],
        [
          'the signed one in StatusDetail',
          swap(
            message(evil),
            '</samlp:Status>',
            `<samlp:StatusDetail>${assertion}</samlp:StatusDetail></samlp:Status>`,
          ),
        ],
        [
          'the signed one wrapped in EncryptedAssertion',
          message(
            `${evil}<saml:EncryptedAssertion xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">${assertion}</saml:EncryptedAssertion>`,
          ),
        ],
        [
          'the signed one in another namespace',
          message(`${evil}<x:Assertion xmlns:x="urn:example:x">${assertion}</x:Assertion>`),
        ],
      ];
      for (const [name, xml] of forms) cases.push(refused(`${place}, ${id}: ${name}`, xml, 'response_malformed'));
    }
  }
  return cases;
}

function elsewhere(): HostileCase[] {
  const signed = honest('assertion');
  const signature = cut(signed, 'ds:Signature');
  const bare = swap(signed, signature, '');
  const moved: [string, string][] = [
    ['in the Subject', swap(bare, '<saml:Subject>', `<saml:Subject>${signature}`)],
    ['in Conditions', swap(bare, '</saml:Conditions>', `${signature}</saml:Conditions>`)],
    ['on the Response, over the Assertion', swap(bare, '</saml:Issuer>', `</saml:Issuer>${signature}`)],
    ['on the Response, at its end', swap(bare, '</samlp:Response>', `${signature}</samlp:Response>`)],
    ['in Extensions', swap(bare, '<samlp:Status>', `<samlp:Extensions>${signature}</samlp:Extensions><samlp:Status>`)],
    ['in an AttributeValue', swap(bare, '<saml:AttributeValue>', `<saml:AttributeValue>${signature}`)],
    ['twice', swap(signed, signature, signature + signature)],
    ['in place and in the Subject', swap(signed, '<saml:Subject>', `<saml:Subject>${signature}`)],
    [
      'inside the Signature',
      swap(signed, '</ds:SignatureValue>', `</ds:SignatureValue><ds:KeyInfo>${signature}</ds:KeyInfo>`),
    ],
  ];
  const over = (name: string) => (name.startsWith('on the Response') ? 'signature_malformed' : 'signature_misplaced');
  return moved.map(([name, xml]) => refused(`the Signature ${name}`, xml, over(name)));
}

function secondAssertions(): HostileCase[] {
  const signed = honest();
  const assertion = cut(signed, 'saml:Assertion');
  return [
    refused('the same Assertion twice', swap(signed, assertion, assertion + assertion), 'response_malformed'),
    refused(
      'a second Issuer of the Response',
      swap(
        signed,
        '<samlp:Status>',
        '<saml:Issuer xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion">x</saml:Issuer><samlp:Status>',
      ),
      'response_malformed',
    ),
    refused(
      'a second Status',
      swap(signed, '<samlp:Status>', '<samlp:Status><samlp:StatusCode Value="x"/></samlp:Status><samlp:Status>'),
      'response_malformed',
    ),
    refused(
      'an unknown part of the Response',
      swap(signed, '<samlp:Status>', '<samlp:Other/><samlp:Status>'),
      'response_malformed',
    ),
    refused(
      'the ID of the Assertion on the Response',
      swap(signed, 'ID="_response0001"', 'ID="_assertion0001"'),
      'response_malformed',
    ),
    refused(
      'the ID of the Assertion in Extensions',
      swap(
        signed,
        '<samlp:Status>',
        '<samlp:Extensions><x:a xmlns:x="urn:x" ID="_assertion0001"/></samlp:Extensions><samlp:Status>',
      ),
      'response_malformed',
    ),
    refused(
      'the ID of the Assertion as Id',
      swap(
        signed,
        '<samlp:Status>',
        '<samlp:Extensions><x:a xmlns:x="urn:x" Id="_assertion0001"/></samlp:Extensions><samlp:Status>',
      ),
      'response_malformed',
    ),
    refused(
      'the ID of the Assertion as xml:id',
      swap(signed, '<samlp:Status>', '<samlp:Extensions xml:id="_assertion0001"/><samlp:Status>'),
      'response_malformed',
    ),
  ];
}
