import { expect } from 'chai';
import { ScimError } from '../../../src/scim/http/errors.ts';
import { parseFilter } from '../../../src/scim/protocol/filter.ts';
import { matchesFilter, valueOfFilter } from '../../../src/scim/protocol/matchFilter.ts';
import { complex, flag, text } from '../../../src/scim/schema/attribute.ts';

describe('scim/matchFilter', () => {
  const attribute = complex('things', '', [
    text('value', ''),
    text('code', '', { caseExact: true }),
    text('count', '', { type: 'integer' }),
    text('since', '', { type: 'dateTime' }),
    text('tags', '', { multiValued: true }),
    flag('primary', ''),
  ]);
  const thing = { value: 'Anna Müller', code: 'aB', count: 10, since: '2026-03-01T12:00:00Z', primary: true };

  function matches(filter: string, value: unknown = thing): boolean {
    return matchesFilter(attribute, value, parseFilter(filter));
  }

  const cases: Record<string, { matching: string[]; others: string[] }> = {
    'strings, ignoring case': {
      matching: [
        'value eq "ANNA MÜLLER"',
        'VALUE Eq "anna müller"',
        'value ne "anna"',
        'value co "A M"',
        'value co ""',
        'value sw "anna"',
        'value ew "MÜLLER"',
        'value gt "ANNA"',
        'value ge "anna müller"',
        'value lt "B"',
        'value le "anna müller"',
        'value pr',
      ],
      others: [
        'value eq "anna"',
        'value ne "ANNA MÜLLER"',
        'value co "x"',
        'value sw "müller"',
        'value ew "anna"',
        'value gt "anna müller"',
        'value ge "b"',
        'value lt "anna müller"',
        'value le "anna"',
        'value eq true',
      ],
    },
    'strings whose case matters': {
      matching: [
        'code eq "aB"',
        'code ne "ab"',
        'code co "B"',
        'code sw "a"',
        'code ew "B"',
        'code gt "aA"',
        'code le "aB"',
      ],
      others: [
        'code eq "ab"',
        'code ne "aB"',
        'code co "b"',
        'code sw "A"',
        'code ew "b"',
        'code gt "ab"',
        'code ge "ab"',
      ],
    },
    numbers: {
      matching: [
        'count eq 10',
        'count ne 9',
        'count gt 9',
        'count ge 10',
        'count lt 100',
        'count le 10',
        'count sw 1',
        'count pr',
      ],
      others: ['count eq 1', 'count ne 10', 'count gt 10', 'count ge 11', 'count lt 10', 'count le 9', 'count ew 1'],
    },
    'dates and times': {
      matching: [
        'since eq "2026-03-01T13:00:00+01:00"',
        'since ne "2026-03-01T12:00:01Z"',
        'since gt "2026-03-01T12:59:59+01:00"',
        'since ge "2026-03-01T12:00:00.000Z"',
        'since lt "2026-03-01T11:30:00-01:00"',
        'since le "2026-03-01T12:00:00Z"',
      ],
      others: [
        'since eq "2026-03-01T12:00:00+01:00"',
        'since ne "2026-03-01T13:00:00+01:00"',
        'since gt "2026-03-01T12:00:00Z"',
        'since ge "2026-03-01T12:00:01Z"',
        'since lt "2026-03-01T13:00:00+01:00"',
        'since le "2026-02-28T23:00:00Z"',
      ],
    },
    booleans: {
      matching: ['primary eq true', 'primary eq "True"', 'primary ne false', 'primary pr'],
      others: [
        'primary eq false',
        'primary ne true',
        'primary ne "TRUE"',
        'primary co "true"',
        'primary gt false',
        'primary eq "x"',
      ],
    },
    'missing values': {
      matching: ['tags eq null', 'tags ne "x"', 'value ne null', 'not (tags pr)', 'not (tags eq "x")'],
      others: ['tags pr', 'tags eq "x"', 'tags ne null', 'tags co ""', 'tags sw ""', 'tags lt "x"', 'value eq null'],
    },
    'and, or and not': {
      matching: [
        'value sw "anna" and primary eq true',
        'value sw "x" or primary eq true',
        'value sw "anna" or primary eq false',
        'not (value sw "x")',
        'value sw "x" and primary eq true or count eq 10',
        'not (value sw "x" or count eq 1) and primary eq true',
      ],
      others: [
        'value sw "anna" and primary eq false',
        'value sw "x" and primary eq true',
        'value sw "x" or primary eq false',
        'not (value sw "anna")',
        'count eq 10 and (value sw "x" or primary eq false)',
      ],
    },
  };

  for (const [what, { matching, others }] of Object.entries(cases))
    it(`compares ${what}`, () => {
      for (const filter of matching) expect(matches(filter), filter).to.equal(true);
      for (const filter of others) expect(matches(filter), filter).to.equal(false);
    });

  it('selects among the values of an attribute', () => {
    const values = [thing, { value: 'x', primary: false }, { value: 'Anna' }];
    const selected = (filter: string) => values.filter((value) => matches(filter, value)).map(({ value }) => value);
    expect(selected('value sw "anna"')).to.deep.equal(['Anna Müller', 'Anna']);
    expect(selected('primary eq false')).to.deep.equal(['x']);
    expect(selected('primary ne true')).to.deep.equal(['x', 'Anna']);
    expect(selected('primary eq null')).to.deep.equal(['Anna']);
  });

  it('treats a value that is no object as one without sub-attributes', () => {
    for (const value of ['x', null, 7, ['x']]) {
      expect(matches('value pr', value)).to.equal(false);
      expect(matches('value ne "x"', value)).to.equal(true);
    }
  });

  it('refuses unknown sub-attributes and value filters with invalidFilter', () => {
    for (const filter of [
      'nonsense pr',
      'nonsense eq "x"',
      'value eq "x" or nonsense pr',
      'things[value pr]',
      'constructor pr',
    ])
      expect(() => matches(filter), filter)
        .to.throw(ScimError)
        .that.includes({ status: 400, scimType: 'invalidFilter' });
  });

  describe('valueOfFilter', () => {
    const described = (filter: string) => valueOfFilter(attribute, parseFilter(filter));

    it('returns the value that equalities describe', () => {
      expect(described('VALUE eq "x"')).to.deep.equal({ value: 'x' });
      expect(described('value eq "x" and primary eq "True" and count eq 5')).to.deep.equal({
        value: 'x',
        primary: true,
        count: '5',
      });
      expect(described('primary eq false')).to.deep.equal({ primary: false });
    });

    it('returns undefined for any other filter', () => {
      for (const filter of ['value ne "x"', 'value co "x"', 'value pr', 'value eq null', 'nonsense eq "x"'])
        for (const whole of [filter, `value eq "x" and ${filter}`, `not (${filter})`, `${filter} or value eq "x"`])
          expect(described(whole), whole).to.equal(undefined);
      expect(described('value eq "x" or value eq "y"')).to.equal(undefined);
      expect(described('not (value eq "x")')).to.equal(undefined);
      expect(described('things[value eq "x"]')).to.equal(undefined);
    });
  });
});
