import { expect } from 'chai';
import fc from 'fast-check';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { type Filter, parseFilter, parsePath } from '../../../src/scim/protocol/filter.ts';
import { printFilter } from '../support/printFilter.ts';

describe('scim/filter', () => {
  it('gives not precedence over and, and and over or', () => {
    expect(parseFilter('a eq 1 or b pr and not (c ne "x") or d sw "y"')).to.deep.equal({
      kind: 'or',
      items: [
        { kind: 'compare', path: { name: 'a' }, comparator: 'eq', value: '1' },
        {
          kind: 'and',
          items: [
            { kind: 'present', path: { name: 'b' } },
            { kind: 'not', item: { kind: 'compare', path: { name: 'c' }, comparator: 'ne', value: 'x' } },
          ],
        },
        { kind: 'compare', path: { name: 'd' }, comparator: 'sw', value: 'y' },
      ],
    });
  });

  it('reads URNs, sub-attributes, value filters and operators in any case', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    expect(parseFilter(`${urn}:manager.value EQ "1"`)).to.deep.equal({
      kind: 'compare',
      path: { urn, name: 'manager', sub: 'value' },
      comparator: 'eq',
      value: '1',
    });
    expect(printFilter(parseFilter('emails[type eq "work" And (value co "@a" OR primary eq True)]'))).to.equal(
      'emails[type eq "work" and (value co "@a" or primary eq true)]',
    );
    expect(parseFilter('notes pr')).to.deep.equal({ kind: 'present', path: { name: 'notes' } });
    expect(parseFilter('title eq "a \\"b\\" \\u00e9"')).to.include({ value: 'a "b" é' });
  });

  it('reads a text without quotes up to a blank or a bracket', () => {
    for (const text of [
      'case05',
      'anna+it@acme.com',
      'DOMAIN\\anna',
      'zoë',
      '-1.5e3',
      '007',
      'trueish',
      'and',
      "o'neil",
    ])
      expect(parseFilter(`a eq ${text}`), text).to.include({ value: text });
    expect(parseFilter('(a eq x) or b[c eq y and d eq True] and e eq null')).to.deep.equal(
      parseFilter('a eq "x" or b[c eq "y" and d eq true] and e eq null'),
    );
  });

  it('reads a comparison of a value path as one within its brackets', () => {
    const within = parseFilter('emails[type eq "work" and value eq "x"] or a pr');
    for (const filter of ['emails[type eq "work"] eq "x"', 'emails[type eq "work"].value eq "x"'])
      expect(parseFilter(`${filter} or a pr`), filter).to.deep.equal(within);
    expect(parseFilter('emails[type eq "work"] pr')).to.deep.equal(parseFilter('emails[type eq "work" and value pr]'));
    expect(() => parseFilter(Array(300).fill('a[b pr] eq "x"').join(' or '))).to.throw(
      ScimError,
      /more than 500 terms/,
    );
  });

  it('refuses anything but a filter with invalidFilter', () => {
    const bad = [
      '',
      'a',
      'a eq',
      'a eq b c',
      'a xx 1',
      'a eq "x',
      'a eq "\\x"',
      '(a pr',
      'a pr)',
      'a[b pr',
      'a pr b pr',
    ];
    const worse = [
      'and',
      'a.b.c pr',
      '.a pr',
      'a. pr',
      'a eq "\\u0000"',
      'not a pr',
      'a eq 1 and',
      '"a" eq 1',
      "a eq 'x'",
      'a eq “x”',
      'a eq x"y"',
      'a eq x\0',
      'a[b pr] c "x"',
      'a[b pr].',
      'a[b pr].c',
    ];
    for (const source of [...bad, ...worse])
      expect(() => parseFilter(source), source)
        .to.throw(ScimError)
        .with.property('scimType', 'invalidFilter');
  });

  it('limits nesting, length and number of terms', () => {
    for (const source of [
      '('.repeat(10_000),
      `${'('.repeat(10_000)}a pr${')'.repeat(10_000)}`,
      'not ('.repeat(3_000),
      'a['.repeat(6_000),
      Array(2_000).fill('a pr').join(' or '),
      `a eq "${'x'.repeat(100_000)}"`,
    ])
      expect(() => parseFilter(source))
        .to.throw(ScimError)
        .with.property('scimType', 'invalidFilter');
  });

  it('parses what was printed from a filter to the same filter', () => {
    fc.assert(
      fc.property(anyFilter, (filter) => {
        expect(parseFilter(printFilter(filter))).to.deep.equal(filter);
      }),
      { seed: 20261129 },
    );
  });

  it('parses any text or refuses it with invalidFilter', () => {
    const words = fc.constantFrom('a', 'eq', ' ', '"', '(', ')', '[', ']', 'not', 'and', '1', 'urn:', '.', '\\', 'pr');
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.array(words).map((parts) => parts.join('')),
        ),
        (source) => {
          try {
            parseFilter(source);
          } catch (error) {
            expect(error).to.be.instanceOf(ScimError).with.property('scimType', 'invalidFilter');
          }
        },
      ),
      { seed: 20261130 },
    );
  });

  it('reads every form of a PATCH path', () => {
    const urn = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
    const urns = [urn.toLowerCase()];
    expect(parsePath('members', urns)).to.deep.equal({ name: 'members' });
    expect(parsePath('name.givenName', urns)).to.deep.equal({ name: 'name', sub: 'givenName' });
    expect(parsePath(urn, urns)).to.deep.equal({ urn, name: '' });
    expect(parsePath(`${urn}:department`, urns)).to.deep.equal({ urn, name: 'department' });
    expect(parsePath('emails[type eq "work"].value', urns)).to.deep.equal({
      name: 'emails',
      sub: 'value',
      filter: { kind: 'compare', path: { name: 'type' }, comparator: 'eq', value: 'work' },
    });
    for (const bad of ['', 'a b', 'a[b pr].', 'a.b[c pr]', 'a[b pr]c', '[a pr]', 'a..b', 'urn:a:b:'])
      expect(() => parsePath(bad, urns), bad)
        .to.throw(ScimError)
        .with.property('scimType', 'invalidPath');
    for (const bad of ['a[', 'a[b', 'a[b pr', `a[b eq "${'x'.repeat(20_000)}"]`])
      expect(() => parsePath(bad, urns), bad)
        .to.throw(ScimError)
        .with.property('scimType', 'invalidFilter');
  });
});

const name = fc.constantFrom('userName', 'emails', 'x-y', 'a1', 'meta', 'order');
const path = fc.record({ name, sub: fc.constantFrom('value', '$ref', 'type') }, { requiredKeys: ['name'] });
const value = fc.oneof(
  fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\0')),
  fc.boolean(),
  fc.constant(null),
);
const comparator = fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le');

const { anyFilter } = fc.letrec<{ anyFilter: Filter; chain: Filter }>((tie) => ({
  chain: fc
    .tuple(fc.constantFrom('and', 'or'), fc.array(tie('anyFilter'), { minLength: 2, maxLength: 3 }))
    .map(([kind, items]) => ({ kind, items }) as Filter),
  anyFilter: fc.oneof(
    { maxDepth: 4 },
    fc.record({ kind: fc.constant('present'), path }) as fc.Arbitrary<Filter>,
    fc.record({ kind: fc.constant('compare'), path, comparator, value }) as fc.Arbitrary<Filter>,
    tie('chain'),
    fc.record({ kind: fc.constant('not'), item: tie('anyFilter') }) as fc.Arbitrary<Filter>,
    fc.record({
      kind: fc.constant('values'),
      path: fc.record({ name }),
      item: tie('anyFilter'),
    }) as fc.Arbitrary<Filter>,
  ),
}));
