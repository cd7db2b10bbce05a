import { expect } from 'chai';
import fc from 'fast-check';
import { returnPath, withReturn } from '../../src/web/returnPath.ts';

const ORIGIN = 'https://intranet.acme.com';

describe('returnPath', () => {
  it('keeps paths of this origin, with query and fragment', () => {
    for (const path of ['/', '/people?x=1', '/people?return=//evil.example', '/a%20b#c', '/%5cevil.example', '/a//b'])
      expect(returnPath(path, ORIGIN)).to.equal(path);
    expect(returnPath(`${ORIGIN}/profile?x=1`, ORIGIN)).to.equal('/profile?x=1');
    expect(returnPath('/ünï', ORIGIN)).to.equal('/%C3%BCn%C3%AF');
  });

  for (const value of [
    ...['https://evil.example/', 'http://intranet.acme.com/', `${ORIGIN}.evil.example/`, `${ORIGIN}@evil.example/`],
    ...[
      '//evil.example',
      '///evil.example',
      '/\\evil.example',
      '\\\\evil.example',
      '\\/evil.example',
      `${ORIGIN}//evil.example`,
    ],
    ...['/.//evil.example', '/..//evil.example', '/x/..//evil.example', '/%2e%2e//evil.example', '/%2e//evil.example'],
    ...[
      '/\t/evil.example',
      '/\n/evil.example',
      '\t//evil.example',
      '/\r\nSet-Cookie:a=b',
      '/\u0000',
      '/\u0085/evil.example',
    ],
    ...[
      'javascript:alert(1)',
      'data:text/html,x',
      'mailto:a@b.c',
      'people',
      '?x=1',
      '#x',
      '',
      ' /people',
      '\u2028//evil.example',
    ],
    ...[`${ORIGIN}:444/x`, `${ORIGIN}`, 'HTTPS://INTRANET.ACME.COM/x', `/${'a'.repeat(102_400)}`],
    ...[undefined, null, 7, ['/people'], ['/a', '/b'], { toString: () => '/people' }],
  ])
    it(`returns the home page for ${JSON.stringify(value)?.slice(0, 60)}`, () => {
      expect(returnPath(value, ORIGIN)).to.equal('/');
    });

  it('never leaves the origin as browsers interpret it, and is idempotent', () => {
    const part = fc.constantFrom(
      ...[
        '/',
        '//',
        '\\',
        '.',
        '..',
        '%2e',
        '%2f',
        '%5c',
        '\t',
        '\n',
        '\u0000',
        '@',
        ':',
        '?',
        '#',
        'https:',
        'javascript:',
      ],
      ...['evil.example', ORIGIN, 'intranet.acme.com', '[::1]', '/', ' ', '\u00a0', '\uff0f', '\ufeff', '\ud800', 'é'],
    );
    const hostile = fc.oneof(
      fc.array(part, { maxLength: 12 }).map((parts) => parts.join('')),
      fc.string({ unit: 'binary' }),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(
        fc.oneof(
          hostile,
          hostile.map((rest) => `/${rest}`),
          fc.anything(),
        ),
        (value) => {
          const path = returnPath(value, ORIGIN);
          expect(path).to.match(/^\/(?![/\\])[\x21-\x7e]*$/);
          const target = new URL(path, `${ORIGIN}/saml/acs`);
          expect([target.origin, target.username, target.password]).to.deep.equal([ORIGIN, '', '']);
          expect(returnPath(path, ORIGIN)).to.equal(path);
        },
      ),
      { seed: 20_260_302, numRuns: 3_000 },
    );
  });

  it('adds the page to return to to a path, unless it is the home page', () => {
    expect(withReturn('/login', '/people?q=a b')).to.equal('/login?return=%2Fpeople%3Fq%3Da+b');
    expect(withReturn('/saml/login/x', '/', { login_hint: 'a@b' })).to.equal('/saml/login/x?login_hint=a%40b');
    expect(withReturn('', '/')).to.equal('');
  });
});
