import { expect } from 'chai';
import { personAttributes } from '../../src/people/attributes.ts';
import { textError } from '../../src/people/textError.ts';

describe('people/textError', () => {
  const good: [string, string[]][] = [
    ['givenName', ['', 'Zoë', 'O’Brien-Müller']],
    ['bio', ['One line.\nAnother\tone.']],
    ['jobStartDate', ['', '2024-02-29']],
    ['profileUrl', ['https://acme.example', 'HTTP://acme.example/x']],
    ['preferredLanguage', ['de', 'de-CH', 'pt_BR']],
    ['timezone', ['Europe/Berlin', 'UTC']],
    ['photo', ['https://acme.example/a.png', 'data:image/png;base64,iVBORw0KGgo=']],
    ['userType', ['Power User', 'Non Intranet User']],
    ['loginType', ['', 'SAML', 'Something that a source sent']],
  ];
  for (const [name, texts] of good)
    it(`accepts ${name}`, () => {
      for (const text of texts) expect(errorOf(name, text), text).to.equal(undefined);
    });

  const bad: [string, string[], RegExp][] = [
    ['givenName', ['An\u0000na', 'An\nna', 'An\u0085na'], /^Control characters/],
    ['bio', ['a\u0000b'], /^Control characters/],
    ['jobStartDate', ['2026-02-30', '30.1.2026', '2026-1-1'], /^Enter a date/],
    ['profileUrl', ['javascript:alert(1)', 'acme.example', 'https://'], /^Enter a web address/],
    ['preferredLanguage', ['?', 'a language'], /^Enter a language/],
    ['timezone', ['Mars/North'], /^Enter a time zone/],
    ['photo', ['http://acme.example/a.png', 'data:image/svg+xml;base64,AA=='], /^Use a PNG, JPEG, GIF or WebP picture/],
    ['photo', [`https://${'a'.repeat(70_000)}`], /^This picture is too large: use one of at most 48 KB/],
    ['userType', ['Boss', 'power user'], /^Use one of: Power User, /],
    ['title', ['x'.repeat(1_025)], /^Use at most 1,024 characters\.$/],
    ['userName', ['x'.repeat(257)], /^Use at most 256 characters\.$/],
  ];
  for (const [name, texts, error] of bad)
    it(`refuses ${name}: ${error.source}`, () => {
      for (const text of texts) expect(errorOf(name, text), text.slice(0, 50)).to.match(error);
    });
});

function errorOf(name: string, text: string): string | undefined {
  const attribute = personAttributes.find((one) => one.name === name);
  if (!attribute) throw new Error(`no attribute ${name}`);
  return textError(attribute, text);
}
