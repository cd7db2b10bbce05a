import { expect } from 'chai';
import { asciiJson, type SyslogHead, shortened, syslogMessage } from '../../../src/audit/syslog/message.ts';
import { testStart } from '../../support/testDeps.ts';
import { parseSyslog } from './support/parse.ts';

describe('audit/syslog/message', () => {
  const head: SyslogHead = {
    facility: 10,
    severity: 'notice',
    at: testStart + 7,
    host: 'intranet.acme.com',
    processId: 42,
    messageId: 'domain.updated',
    params: { seq: 12, actor: 'maya', address: null },
  };

  it('writes a message as RFC 5424 has it', () => {
    const message = syslogMessage(head, 2_048, () => asciiJson('Müller')).toString();
    const start = '<85>1 2026-03-02T09:00:00.007Z intranet.acme.com anteroom 42 domain.updated';
    expect(message).to.equal(`${start} [anteroom@32473 seq="12" actor="maya"] "M\\u00fcller"`);
    expect(parseSyslog(Buffer.from(message))).to.deep.include({ facility: 10, severity: 5, text: '"M\\u00fcller"' });
  });

  it('tells how many bytes are left for the text', () => {
    const message = syslogMessage(head, 500, (room) => 'x'.repeat(room));
    expect(message).to.have.lengthOf(500);
  });

  it('lets no value end its parameter, its line or the message', () => {
    const hostile = [
      'a"] \ufeff<85>1 2026-03-02T09:00:00Z evil',
      'a\\',
      '\\"]',
      'two\r\n<0>1 - - - - - - lines',
      'nul\0, \u001b[2J, \u0085 and \u2028',
      '\u202egnp.exe, \u{e0041}',
      '\ud800 alone',
    ];
    for (const value of hostile) {
      const message = syslogMessage({ ...head, params: { seq: 1, actor: value } }, 2_048, () =>
        asciiJson({ name: value }),
      );
      const { structure, text, messageId } = parseSyslog(message);
      expect(message.toString()).not.to.match(/[\p{Cc}\u2028\u2029\u202e]/u);
      expect(messageId).to.equal('domain.updated');
      const shown = value.toWellFormed().replace(/[\p{Cc}\p{Cf}\p{Zl}]/gu, '\ufffd');
      expect(structure).to.deep.equal([{ id: 'anteroom@32473', params: { seq: '1', actor: shown } }]);
      expect(JSON.parse(text)).to.deep.equal({ name: value }); // escaped, and nothing of it lost
    }
  });

  it('shortens a text between two characters, by the bytes that it has when it is written', () => {
    expect(shortened('maya', 6)).to.equal('maya');
    expect(shortened('ü'.repeat(10), 20)).to.equal('üüü');
    expect(shortened('😀😀', 14)).to.equal('😀');
    expect(shortened('"'.repeat(10), 8)).to.equal('"""');
  });
});
