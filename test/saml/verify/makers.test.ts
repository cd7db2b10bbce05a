import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { explain, type ReasonCode } from '../../../src/federation/reasons.ts';
import { encode, signedLie, swap } from '../corpus/hostile.ts';
import { contextWith, verifyField } from '../support/context.ts';

const context = contextWith({
  entityId: 'https://intranet.example.com/saml/metadata',
  acsUrl: 'https://intranet.example.com/saml/acs',
  expectedRequest: undefined,
  settings: { idpInitiated: true },
});

/** Responses as some makers send them, each IdP-initiated. */
const accepted = {
  control: 'as the standard has it',
  'exclusive-c14n-with-comments': 'a canonical form with comments, and no comment (Amazon, FusionAuth)',
  'canonical-xml-1.1': 'Canonical XML 1.1, and no xml: attribute (Casdoor)',
  'id-begins-with-a-digit': 'an ID that is no NCName (Secureworks, Mock SAML)',
  'signature-last-in-the-assertion': 'the signature after the content (Oracle Access Manager)',
};

const refused: Record<string, [ReasonCode, RegExp]> = {
  'no-authnstatement': ['response_malformed', /AuthnStatement/],
  'spnamequalifier-of-another-sp': ['subject_of_other_sp', /SPNameQualifier/],
  'iso-8859-1': ['xml_malformed', /UTF-8/],
  'empty-inresponseto': ['response_malformed', /InResponseTo/],
};

describe('a response as makers send it', () => {
  for (const [name, what] of Object.entries(accepted))
    it(`is accepted with ${what}`, () => {
      const { refusal, content, results } = verifyField(responseOf(name), context);
      expect(refusal?.reason, JSON.stringify(results.at(-1))).to.equal(undefined);
      expect(content?.nameId?.value).to.equal('ada@example.com');
    });

  for (const [name, [reason, advice]] of Object.entries(refused))
    it(`is refused with advice for its cause, and without an alarm: ${name}`, () => {
      const { refusal } = verifyField(responseOf(name), context);
      expect(refusal?.reason).to.equal(reason);
      expect(explain(reason, 'Cloud', refusal?.facts.cause).advice)
        .to.match(advice)
        .and.not.match(/attack/);
    });

  describe('in a form that is the same only without certain things', () => {
    const exclusive = 'http://www.w3.org/2001/10/xml-exc-c14n#';
    const withComment = (xml: string) => swap(xml, '<saml:Conditions', '<!-- a comment --><saml:Conditions');
    const cases: [string, string, (xml: string) => string][] = [
      ['comments, with a comment', `${exclusive}WithComments`, withComment],
      [
        'Canonical XML 1.1 with an xml: attribute inside',
        'http://www.w3.org/2006/12/xml-c14n11',
        xmlLang('saml:Subject'),
      ],
      ['Canonical XML 1.1 with one around it', 'http://www.w3.org/2006/12/xml-c14n11', xmlLang('samlp:Response')],
    ];
    for (const [name, form, change] of cases)
      it(`is refused: ${name}`, () => {
        const xml = signedLie(() => ({}), 'assertion');
        const signed = change(xml).replace(new RegExp(`(<ds:Transform Algorithm=")${exclusive}"`), `$1${form}"`);
        const { refusal } = verifyField(encode(signed));
        expect(refusal?.reason).to.equal('algorithm_forbidden');
        expect(refusal?.facts).to.include({ cause: 'canonical_form', received: form });
      });
  });

  it('is accepted wherever its one signature stands, and refused with two', () => {
    const xml = readFileSync(new URL('../fixtures/makers/control.xml', import.meta.url), 'utf8');
    const signature = /<ds:Signature[\s\S]*<\/ds:Signature>/.exec(xml)?.[0] ?? '';
    const twice = swap(xml, signature, signature + signature);
    expect(verifyField(encode(twice), context).refusal?.reason).to.be.oneOf([
      'signature_misplaced',
      'response_malformed',
    ]);
    const conditions = /<saml:Conditions/;
    const moved = swap(swap(xml, signature, ''), conditions, `${signature}<saml:Conditions`);
    expect(verifyField(encode(moved), context).refusal).to.equal(undefined);
  });
});

function xmlLang(element: string): (xml: string) => string {
  return (xml) => swap(xml, `<${element}`, `<${element} xml:lang="en"`);
}

function responseOf(name: string): string {
  return encode(readFileSync(new URL(`../fixtures/makers/${name}.xml`, import.meta.url)));
}
