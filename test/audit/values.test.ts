import { expect } from 'chai';
import { changeLabel, namesShownAs } from '../../src/audit/auditNames.ts';
import { changeLine, shownChange, summaryOf, visible } from '../../src/audit/values.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import type { AuditChange } from '../../src/store/audit.ts';

const people = new Map(['anna', 'ben', 'eve'].map((id) => [id, { name: id.toUpperCase(), href: `/${id}` }]));

describe('audit/values', () => {
  it('says a change in a few words and in one line', () => {
    for (const [change, summary, line] of [
      [{ before: 'Anna', after: 'Anne' }, 'Anna → Anne', 'x: Anna → Anne'],
      [{ after: 'Anne' }, 'Anne', 'x: none → Anne'],
      [{ before: 'Anna' }, 'Anna → none', 'x: Anna → none'],
      [{ before: '', after: 12_345 }, 'empty → 12,345', 'x: empty → 12,345'],
      [{ before: false, after: true }, 'no → yes', 'x: no → yes'],
      [{ secret: true }, 'changed, value not recorded', 'x: changed, value not recorded'],
      [{ added: ['anna'] }, 'ANNA added', 'x: added ANNA'],
      [{ removed: ['anna'] }, 'ANNA removed', 'x: removed ANNA'],
      [{ added: ['anna', 'ben'], removed: ['eve'] }, '2 added, 1 removed', 'x: added ANNA, BEN; removed EVE'],
      [{ added: ['anna'], removed: ['eve'] }, 'ANNA added, EVE removed', 'x: added ANNA; removed EVE'],
      [{ before: ['a', 'b'], after: ['b'] }, 'a removed', 'x: removed a; 1 unchanged'],
      [{ after: 'word '.repeat(20) }, `${'word '.repeat(7)}word…`, `x: none → ${'word '.repeat(20)}`],
      [{ after: { b: [1] } }, '{ "b": [ 1 ] }', 'x: none → {\n  "b": [\n    1\n  ]\n}'],
    ] as [Partial<AuditChange>, string, string][]) {
      const shown = shownChange({ name: 'x', ...change }, 'x', people);
      expect([summaryOf(shown), changeLine(shown)], JSON.stringify(change)).to.deep.equal([summary, line]);
    }
  });

  it('says lists of objects as people write them', () => {
    const work = { type: 'work', primary: true, value: '+49 30 55' };
    const home = { value: '+49 30 56', type: 'home', primary: false };
    for (const [change, summary] of [
      [{ after: [work, home] }, '+49 30 55 (work, primary), +49 30 56 (home)'],
      [{ before: [work], after: [home] }, '+49 30 56 (home) added, +49 30 55 (work, primary) removed'],
      [{ before: [{ ...work }, home], after: [work] }, '+49 30 56 (home) removed'],
      [
        { after: [{ formatted: 'Main St 1\nBerlin', type: 'work', streetAddress: 'Main St 1', locality: 'Berlin' }] },
        'Main St 1, Berlin (work)',
      ],
      [{ after: [{ formatted: 'Main St 1\nBerlin', type: 'work' }] }, 'Main St 1 Berlin (work)'],
      [{ after: [{ type: 'work' }] }, '(work)'],
      [{ after: [{ from: 'mail', to: 'email' }] }, 'from: mail, to: email'],
      [{ before: [], after: [{ value: '' }] }, '[ { "value": "" } ]'],
    ] as [Partial<AuditChange>, string][])
      expect(summaryOf(shownChange({ name: 'x', ...change }, 'x', people)), JSON.stringify(change)).to.equal(summary);
  });

  it('shows all of objects that would look the same before and after', () => {
    const address = { type: 'work', locality: 'Berlin' };
    const change = { before: [{ ...address, formatted: 'Berlin' }], after: [{ ...address, formatted: 'Berlin, DE' }] };
    const { before, after } = shownChange({ name: 'x', ...change }, 'x', people);
    for (const [shown, text] of [
      [before, '"Berlin"'],
      [after, '"Berlin, DE"'],
    ] as const)
      expect(shown[0]).to.have.property('text').that.includes(`"formatted": ${text}`);
  });

  it('shows times as times, and a list in another order whole', () => {
    const time = shownChange({ name: 'expiresAt', after: Date.UTC(2026, 0, 2) }, 'Expires', people);
    expect(time.after).to.deep.equal([{ kind: 'time', at: Date.UTC(2026, 0, 2) }]);
    expect(changeLine(time)).to.equal('Expires: none → 2026-01-02T00:00:00.000Z');
    const order = shownChange({ name: 'x', before: ['a', 'b'], after: ['b', 'a'] }, 'x', people);
    expect([order.before.length, order.after.length, order.isList]).to.deep.equal([2, 2, false]);
  });

  it('makes visible what cannot be seen, and keeps lines, accents and emoji', () => {
    expect(visible('a\u0000b\u202ec\u200bd\ud800')).to.equal('a␀b⟨U+202E⟩c⟨U+200B⟩d\ufffd');
    expect(visible('a\n\tÄ مرحبا 👩‍💻')).to.equal('a\n\tÄ مرحبا 👩‍💻');
  });

  it('finds the recorded names of what screens show', () => {
    for (const [text, names] of [
      ['auto login', ['autologin', 'autoLogin']],
      ['job title', ['jobtitle', 'title']],
      ['User type', ['usertype', 'userType']],
      ['Managed by', ['managedby', 'sourceId']],
      ['title', ['nameTitle']],
      ['a b', []],
      ['مرحبا', []],
    ] as const)
      expect(namesShownAs(text, personAttributes), text).to.deep.equal(names);
  });

  it('names changes as the screens do', () => {
    for (const [kind, name, label] of [
      ['person', 'title', 'Job title'],
      ['domain', 'title', 'Title'],
      ['domain', 'spEntityId', 'EntityID of the intranet'],
      ['settings', 'passwordSealed', 'Password of the mail server'],
      ['settings', 'providerIds', 'Contacts of identity providers'],
      ['person', 'meta.sourceId', 'Managed by'],
      ['person', 'custom.0000', 'Attribute that was removed'],
      ['provider', 'settings.allowSha1', 'Settings › Allow SHA-1'],
      ['provider', 'E-mail', 'E-mail'],
    ] as const)
      expect(changeLabel(kind, name, personAttributes), name).to.equal(label);
  });
});
