import { expect } from 'chai';
import { shortenedXml } from '../../../src/saml/messages/shorten.ts';
import { parseXml } from '../../../src/xml/parse.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const DS = 'http://www.w3.org/2000/09/xmldsig#';
const short = (xml: string, most = 10_000) => shortenedXml(parseXml(Buffer.from(xml)), most);
const attribute = (names: string, value: string) =>
  `<Attribute xmlns="${SAML}" ${names}><AttributeValue>${value}</AttributeValue></Attribute>`;

describe('saml/messages/shorten', () => {
  it('keeps what is short as it is', () => {
    const xml = `<a xmlns="urn:a" b="1 &lt; 2"><c>x &amp; y</c></a>`;
    expect(short(xml)).to.equal(xml);
  });

  it('shortens signatures, certificates and ciphertexts to their start, and says how long they were', () => {
    const value = 'QUJD'.repeat(100);
    for (const name of ['SignatureValue', 'X509Certificate'])
      expect(short(`<${name} xmlns="${DS}">${value}</${name}>`)).to.contain(
        `>${value.slice(0, 24)}… (400 characters)<`,
      );
    const cipher = `<CipherValue xmlns="http://www.w3.org/2001/04/xmlenc#">${value}</CipherValue>`;
    expect(short(cipher)).to.not.contain(value.slice(0, 30));
    expect(short(`<a>${'x'.repeat(1_000)}</a>`)).to.equal(`<a>${'x'.repeat(400)}… (1,000 characters)</a>`);
    expect(short(`<a b="${'x'.repeat(1_000)}"></a>`)).to.contain(`${'x'.repeat(400)}… (1,000 characters)"`);
  });

  it('leaves out values with a secret name, wherever the name is', () => {
    const texts = [
      attribute('Name="userPassword"', 'hunter2'),
      attribute('Name="urn:oid:1.2" FriendlyName="api_token"', 'hunter2'),
      attribute('Name="unicodePwd"', 'hunter2'),
      attribute('Name="x-api-key"', 'hunter2'),
      attribute('Name="privateKey"', 'hunter2'),
      '<x><ClientSecret>hunter2</ClientSecret></x>',
      '<x password="hunter2"></x>',
    ];
    for (const text of texts) expect(short(text)).to.contain('…').and.not.contain('hunter2');
    expect(short(attribute('Name="mail"', 'ada@acme.com'))).to.contain('ada@acme.com');
  });

  it('is bounded in length and in the number of parts, and says what it left out', () => {
    const many = `<a>${'<b>text</b>'.repeat(5_000)}</a>`;
    expect(short(many)).to.contain('… 4900 more').and.have.length.below(2_000);
    const deep = `<a>${`<b>${'<c d="e">text</c>'.repeat(90)}</b>`.repeat(90)}</a>`;
    expect(short(deep, 3_000)).to.contain(' more').and.have.length.below(8_000);
  });

  it('is bounded for names and namespaces too, which cannot be cut', () => {
    const names = `<a>${`<${'n'.repeat(10_000)}></${'n'.repeat(10_000)}>`.repeat(12)}</a>`;
    const namespaces = `<a>${`<b xmlns="urn:${'x'.repeat(10_000)}"></b>`.repeat(20)}</a>`;
    for (const text of [names, namespaces]) expect(short(text, 4_000)).to.match(/^<message>… \([\d,]+ characters\)</);
  });

  it('adds a decrypted Assertion to the EncryptedAssertion that it was in', () => {
    const root = parseXml(Buffer.from(`<R><s:EncryptedAssertion xmlns:s="${SAML}"><d></d></s:EncryptedAssertion></R>`));
    const assertion = parseXml(Buffer.from(`<s:Assertion xmlns:s="${SAML}" ID="a"></s:Assertion>`));
    expect(shortenedXml(root, 10_000, assertion)).to.equal(
      `<R><s:EncryptedAssertion xmlns:s="${SAML}"><d></d><s:Assertion xmlns:s="${SAML}" ID="a"></s:Assertion></s:EncryptedAssertion></R>`,
    );
  });
});
