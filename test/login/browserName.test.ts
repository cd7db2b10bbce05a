import { expect } from 'chai';
import { browserName } from '../../src/login/browserName.ts';

const names = [
  ['(Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36', 'Chrome on Windows'],
  ['(Windows NT 10.0; Win64; x64) Chrome/142.0.0.0 Safari/537.36 Edg/142.0.0.0', 'Edge on Windows'],
  ['(Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15', 'Safari on macOS'],
  ['(iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1', 'Safari on iPhone'],
  ['(X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0', 'Firefox on Linux'],
  ['(Linux; Android 15) SamsungBrowser/27.0 Chrome/125.0.0.0 Mobile Safari/537.36', 'Samsung Internet on Android'],
  ['curl/8.9.1', 'curl/8.9.1'],
  ['', 'Unknown browser'],
] as const;

describe('login/browserName', () => {
  for (const [userAgent, name] of names)
    it(`calls ${userAgent || 'nothing'} ${name}`, () => {
      expect(browserName(userAgent)).to.equal(name);
    });

  it('shows only the start of what a program claims', () => {
    expect(browserName('x'.repeat(256))).to.have.length(40);
    expect(browserName(null)).to.equal('Unknown browser');
  });
});
