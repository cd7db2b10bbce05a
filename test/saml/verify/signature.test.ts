import { expect } from 'chai';
import { readAssertion } from '../../../src/saml/verify/assertion.ts';
import { SAML } from '../../../src/saml/verify/elements.ts';
import { signatureOf } from '../../../src/saml/verify/message.ts';
import { findSignatureFault, readSignature } from '../../../src/saml/verify/signature.ts';
import { canonicalize } from '../../../src/xml/canonicalize.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { childOf, type XmlElement } from '../../../src/xml/tree.ts';
import { honestCases } from '../corpus/honest.ts';

describe('a verified signature', () => {
  for (const { name, field, context } of honestCases()) {
    const root = parseXml(Buffer.from(field, 'base64'));
    const assertion = childOf(root, SAML, 'Assertion');
    if (assertion === undefined) continue;
    it(`covers exactly what is read: ${name}`, () => {
      for (const signed of [root, assertion]) {
        const element = signatureOf(signed);
        if (element === undefined) continue;
        const form = readSignature(element, context.provider?.settings.allowSha1 ?? false);
        expect(findSignatureFault(form, context.signingKeys)).to.equal(undefined);
        const again = parseXml(Buffer.from(canonicalize(form.signed, form.signedForm, form.element)));
        const inOctets = again.local === 'Assertion' ? again : childOf(again, SAML, 'Assertion');
        expect(readAssertion(inOctets as XmlElement)).to.deep.equal(readAssertion(assertion));
      }
    });
  }
});
