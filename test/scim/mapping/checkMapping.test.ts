import { expect } from 'chai';
import { personAttributes } from '../../../src/people/attributes.ts';
import { checkMapping } from '../../../src/scim/mapping/checkMapping.ts';
import { aSource } from '../../support/rows.ts';

const source = aSource({ name: 'JumpCloud', ownership: ' title location -bio ' });

describe('scim/mapping/checkMapping', () => {
  const check = (...rules: [from: string, to: string][]) =>
    checkMapping(
      personAttributes,
      source,
      rules.map(([from, to]) => ({ from, to })),
    );
  const errors = (...rules: [from: string, to: string][]) => {
    const checked = check(...rules);
    return checked.ok ? {} : checked.errors;
  };

  it('accepts what loses nothing, and drops empty lines', () => {
    expect(check(['costCode', 'costCenter'], ['', ''], [' urn:acme:2.0:User:desk ', ''])).to.deep.equal({
      ok: true,
      value: [
        { from: 'costCode', to: 'costCenter' },
        { from: 'urn:acme:2.0:User:desk', to: '' },
      ],
    });
    expect(errors(['nickName', 'displayName'], ['jobStartDate', 'division'])).to.deep.equal({});
    expect(
      errors(['title', 'division'], ['role', 'title']),
      'the source sends title, which is moved away',
    ).to.deep.equal({});
  });

  it('refuses two to one, another kind, identity and what is no name, each with a sentence', () => {
    for (const [rules, field, sentence] of [
      [
        [
          ['a', 'division'],
          ['b', 'division'],
        ],
        '1.to',
        'Two attributes would be written to Division, and one of the values would be lost.',
      ],
      [
        [['a', 'title']],
        '0.to',
        'JumpCloud sends Job title too, and one of the values would be lost. Map that one to another attribute, or take it away.',
      ],
      [[['nickName', 'jobStartDate']], '0.to', 'First day cannot hold the values of Nickname.'],
      [[['phoneNumbers', 'nickName']], '0.to', 'Nickname cannot hold the values of Phone numbers.'],
      [[['a', 'userName']], '0.to', 'User name tells who a person is, so nothing can be mapped to it.'],
      [[['a', 'emails']], '0.to', 'E-mail addresses tells who a person is, so nothing can be mapped to it.'],
      [[['userName', 'nickName']], '0.from', 'User name tells who a person is, so it cannot be mapped.'],
      [[['password', 'nickName']], '0.from', 'password cannot be mapped.'],
      [[['groups', 'nickName']], '0.from', 'groups cannot be mapped.'],
      [[['name', 'nickName']], '0.from', 'name has several parts. Map one of them, such as name.givenName.'],
      [[['phoneNumbers.value', 'nickName']], '0.from', 'This is a part of Phone numbers. Map the whole attribute.'],
      [[['jobTitle', '']], '0.from', 'To leave out Job title, take it away under Attributes.'],
      [[['jobTitle', 'title']], '0.to', 'jobTitle is Job title already.'],
      [[['a', 'bio']], '0.to', 'Bio was taken away from JumpCloud. Select it under Attributes first.'],
      [[['a', 'nonsense']], '0.to', 'Select an attribute.'],
      [
        [
          ['A', ''],
          ['a', 'division'],
        ],
        '1.from',
        'This is mapped twice.',
      ],
      [
        [
          ['jobTitle', 'division'],
          ['title', 'costCenter'],
        ],
        '1.from',
        'This is mapped twice.',
      ],
      ...['', 'a b', 'x[type eq "y"].value', 'urn:', 'a..b', '1', '"'].map((from) => [
        [[from, 'division']],
        '0.from',
        'Enter a name such as costCode, office.floor or urn:acme:2.0:User:desk.',
      ]),
    ] as [[string, string][], string, string][])
      expect(errors(...rules), JSON.stringify(rules)).to.deep.equal({ [field]: sentence });
    expect(errors(...Array.from({ length: 51 }, (_, index) => [`a${index}`, ''] as [string, string]))).to.have.property(
      '0.from',
    );
  });

  it('keeps a target that the source owns because of its mapping', () => {
    const mapped = { ...source, ownership: ' location ', mappingJson: '[{"from":"desk","to":"location"}]' };
    expect(checkMapping(personAttributes, mapped, [{ from: 'seat', to: 'location' }])).to.include({ ok: true });
  });
});
