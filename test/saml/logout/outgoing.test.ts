import { expect } from 'chai';
import { findLogoutTarget, writeLogoutRequest } from '../../../src/saml/logout/outgoing.ts';
import { parseXml } from '../../../src/xml/parse.ts';
import { attributeOf, childOf, textOf } from '../../../src/xml/tree.ts';

const SAML = 'urn:oasis:names:tc:SAML:2.0:assertion';
const SAMLP = 'urn:oasis:names:tc:SAML:2.0:protocol';
const envelope = { id: '_1', issuer: 'urn:a&b', destination: 'https://idp.example.com/slo?a=1&b="2"', at: 0 };

describe('writeLogoutRequest', () => {
  it('has the NameID exactly as it was received, and the SessionIndex', () => {
    const value = ' a<b>&"c"\r\n\t ';
    const login = {
      nameId: value,
      nameIdFormat: 'f"',
      nameQualifier: 'q&',
      spNameQualifier: '<s',
      sessionIndex: '1 <',
    };
    const root = parseXml(Buffer.from(writeLogoutRequest(envelope, login)));
    const name = childOf(root, SAML, 'NameID');
    const read = name && ['Format', 'NameQualifier', 'SPNameQualifier'].map((local) => attributeOf(name, local));
    expect(read).to.deep.equal(['f"', 'q&', '<s']);
    expect(name && textOf(name)).to.equal(value);
    const index = childOf(root, SAMLP, 'SessionIndex');
    expect(index && textOf(index)).to.equal('1 <');
    expect(attributeOf(root, 'Destination')).to.equal(envelope.destination);
    expect(attributeOf(root, 'NotOnOrAfter')).to.equal('1970-01-01T00:10:00.000Z');
  });

  it('leaves out what was not received', () => {
    const xml = writeLogoutRequest(envelope, { nameId: 'ada' });
    expect(xml).to.contain('<saml:NameID>ada</saml:NameID></samlp:LogoutRequest>');
  });
});

describe('findLogoutTarget', () => {
  const redirect = { binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect', location: 'https://a/' };
  const post = {
    binding: 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST',
    location: 'https://b/',
    responseLocation: 'https://c/',
  };
  const at = (...singleLogout: (typeof redirect)[]) => ({ facts: { singleLogout } });

  it('is the endpoint with the preferred binding, or the first one', () => {
    expect(findLogoutTarget(at(redirect, post), 'post', 'request')).to.deep.equal({
      binding: 'post',
      url: 'https://b/',
    });
    expect(findLogoutTarget(at(redirect), 'post', 'request')).to.deep.equal({ binding: 'redirect', url: 'https://a/' });
    expect(findLogoutTarget(at(), 'post', 'request')).to.equal(undefined);
  });

  it('is the ResponseLocation for a response, if there is one', () => {
    expect(findLogoutTarget(at(redirect, post), 'post', 'response')?.url).to.equal('https://c/');
    expect(findLogoutTarget(at(redirect, post), 'redirect', 'response')?.url).to.equal('https://a/');
  });
});
