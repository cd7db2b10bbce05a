import { expect } from 'chai';
import { auditActions } from '../../../src/audit/actions.ts';
import { entryMessage, type Sender } from '../../../src/audit/syslog/entryMessage.ts';
import type { SealedRow } from '../../../src/store/auditChain.ts';
import { testStart } from '../../support/testDeps.ts';
import { parseSyslog } from './support/parse.ts';

describe('audit/syslog/entryMessage', () => {
  const sender: Sender = { facility: 10, host: 'intranet.acme.com', processId: 42, maxBytes: 2_048 };
  const changes = [{ name: 'department', before: 'Verkauf "Süd"', after: null }];
  const entry: SealedRow = {
    seq: 12,
    id: '019b2f3e-7c1e-7000-8000-000000000001',
    at: testStart,
    action: 'person.updated',
    actorKind: 'person',
    actorId: '0198b0c4-7c1e-7000-8000-000000000002',
    targetKind: 'person',
    targetId: '0198b0c4-7c1e-7000-8000-000000000003',
    whoJson: JSON.stringify({ salt: 'secret salt', name: 'maya.koch', address: '192.0.2.1' }),
    whatJson: JSON.stringify({ salt: 'secret salt', name: 'jörg.müller', changes }),
    whoDigest: 'd1',
    whatDigest: 'd2',
    hash: 'ab'.repeat(32),
  };

  it('has the facts of an entry as parameters, and all of it in JSON', () => {
    const parsed = parseSyslog(entryMessage(sender, entry));
    expect(parsed).to.include({ severity: 5, at: '2026-03-02T09:00:00.000Z', messageId: 'person.updated' });
    const facts = { id: entry.id, hash: entry.hash };
    expect(parsed.structure[0]?.params).to.deep.equal({
      ...{ seq: '12', ...facts },
      ...{ actorKind: 'person', actor: 'maya.koch', address: '192.0.2.1', targetKind: 'person', target: 'jörg.müller' },
    });
    expect(JSON.parse(parsed.text)).to.deep.equal({
      ...{ seq: 12, ...facts, action: 'person.updated' },
      actor: { kind: 'person', id: entry.actorId, name: 'maya.koch', address: '192.0.2.1' },
      target: { kind: 'person', id: entry.targetId, name: 'jörg.müller' },
      ...{ changes, complete: true },
    });
  });

  it('never contains the salts, with which erased values could be guessed', () => {
    expect(entryMessage(sender, entry).toString()).not.to.include('secret salt');
  });

  it('says what was erased meanwhile', () => {
    const parsed = parseSyslog(entryMessage(sender, { ...entry, whoJson: null, whatJson: null }));
    expect(parsed.structure[0]?.params).not.to.have.any.keys('actor', 'address', 'target');
    const { actor, target, changes: erased, complete } = JSON.parse(parsed.text);
    expect([actor.name, actor.address, target.name, erased, complete]).to.deep.equal([null, null, null, null, false]);
  });

  it('stays within the size that receivers take, as valid JSON, whatever is in the entry', () => {
    const long = { name: '"é]😀'.repeat(500), address: '\u007f'.repeat(900) };
    const whatJson = JSON.stringify({ ...long, changes: [{ name: 'notes', after: 'x'.repeat(4_000) }, ...changes] });
    const hostile = { ...entry, targetId: 't\\'.repeat(400), whoJson: JSON.stringify(long), whatJson };
    const host = `${'a'.repeat(60)}.${'b'.repeat(60)}.${'c'.repeat(60)}.${'d'.repeat(60)}.acme.com`;
    for (const maxBytes of [2_048, 8_192]) {
      const message = entryMessage({ ...sender, host, maxBytes }, { ...hostile, seq: Number.MAX_SAFE_INTEGER });
      expect(message.length).to.be.at.most(maxBytes);
      expect(JSON.parse(parseSyslog(message).text)).to.include({ complete: false });
    }
    const cut = JSON.parse(parseSyslog(entryMessage(sender, { ...entry, whatJson })).text);
    expect(cut.changes).to.deep.equal([{ name: 'notes', cut: true }, ...changes]);
  });

  it('has the action as its MSGID, which has at most 32 characters', () => {
    for (const action of Object.keys(auditActions)) expect(action).to.match(/^[!-~]{1,32}$/);
  });
});
