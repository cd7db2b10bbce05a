import { expect } from 'chai';
import fc from 'fast-check';
import { ScimError, type ScimType } from '../../../src/scim/http/errors.ts';
import { applyPatch } from '../../../src/scim/protocol/patch.ts';
import { readPatch } from '../../../src/scim/protocol/readPatch.ts';
import type { Json } from '../../../src/scim/schema/json.ts';
import { readResource } from '../../../src/scim/schema/readResource.ts';
import { ENTERPRISE_URN, groupType, INTERACT_URN, USER_URN, userType } from '../../../src/scim/schema/schema.ts';
import { patch } from '../support/patch.ts';

/** Operations that are invalid in any state that valid operations lead to, by the scimType that RFC 7644 3.12 has for them. */
const refused = {
  invalidSyntax: ['x', null, [], { op: 'move', path: 'title', value: 'x' }, { path: 'title', value: 'x' }],
  invalidPath: [
    { op: 'add', path: 5, value: 'x' },
    { op: 'add', path: '/title', value: 'x' },
    { op: 'add', path: 'name.a.b', value: 'x' },
    { op: 'remove', path: 'a b' },
    { op: 'replace', path: '__proto__.polluted', value: 'x' },
    { op: 'replace', path: 'name[givenName eq "x"]', value: 'x' },
    { op: 'replace', path: 'emails.value[type eq "work"]', value: 'x' },
  ],
  invalidFilter: [
    { op: 'replace', path: 'emails[nonsense', value: 'x' },
    { op: 'remove', path: "emails[type eq 'work']" },
    { op: 'remove', path: 'emails[type xx "work"].value' },
  ],
  invalidValue: [
    { op: 'replace', path: 'title' },
    { op: 'add' },
    { op: 'add', value: 'x' },
    { op: 'replace', path: '', value: 7 },
    { op: 'replace', path: ENTERPRISE_URN, value: 'x' },
    { op: 'replace', path: 'title', value: { a: 1 } },
    { op: 'replace', path: 'title', value: 'a\0b' },
    { op: 'replace', path: 'userName', value: '' },
    { op: 'replace', path: 'title', value: 'x'.repeat(2_000) },
    { op: 'replace', path: 'active', value: 'perhaps' },
    { op: 'add', path: 'name', value: 'Anna' },
    { op: 'add', path: 'emails', value: 7 },
    { op: 'add', path: 'emails', value: [{ value: 5.5 }] },
    { op: 'add', path: 'emails[type eq "work"]', value: 7 },
    { op: 'add', path: 'photos', value: [{ value: 'javascript:alert(1)' }] },
    {
      op: 'replace',
      path: 'emails',
      value: [
        { value: 'x', primary: true },
        { value: 'y', primary: true },
      ],
    },
  ],
  mutability: [
    { op: 'replace', path: 'id', value: 'x' },
    { op: 'add', path: 'groups', value: [{ value: 'x' }] },
    { op: 'replace', path: 'meta.created', value: 'x' },
    { op: 'add', path: 'schemas', value: ['x'] },
    { op: 'replace', path: 'manager.displayName', value: 'x' },
    { op: 'remove', path: 'userName' },
    { op: 'replace', path: 'userName', value: null },
    { op: 'remove', path: USER_URN },
  ],
  noTarget: [
    { op: 'remove' },
    { op: 'remove', value: { title: 'x' } },
    { op: 'replace', path: 'emails[value co "never"]', value: { value: 'x' } },
    { op: 'replace', path: 'emails[not (value pr)].value', value: 'x' },
    { op: 'add', path: 'emails[type eq "other"]', value: { primary: true } },
    { op: 'add', path: 'emails[type eq "other"]', value: {} },
  ],
} satisfies Partial<Record<ScimType, unknown[]>>;

describe('scim/patch', () => {
  const anna: Json = {
    userName: 'anna',
    name: { givenName: 'Anna', familyName: 'Berg' },
    emails: [
      { value: 'a@work', type: 'work', primary: true },
      { value: 'a@home', type: 'home' },
    ],
  };

  describe('paths', () => {
    it('accepts attributes and operations in any case, with and without their URN', () => {
      for (const path of ['department', 'DEPARTMENT', `${ENTERPRISE_URN}:department`, ENTERPRISE_URN.toUpperCase()]) {
        const value = path.startsWith('URN') ? { department: 'IT' } : 'IT';
        for (const op of ['add', 'Replace'])
          expect(after(anna, { op, path, value })[ENTERPRISE_URN], path).to.deep.equal({ department: 'IT' });
      }
    });

    it('accepts a single operation without its list', () => {
      const operation = { op: 'replace', path: 'title', value: 'T' };
      expect(readPatch(userType, { Operations: operation })).to.deep.equal(
        readPatch(userType, { Operations: [operation] }),
      );
      for (const body of [{ Operations: [] }, { Operations: null }, {}, []])
        expect(() => readPatch(userType, body)).to.throw('A PATCH needs a list of Operations.');
    });

    it('reads names as paths if there is no path', () => {
      const value = {
        'name.givenName': 'Anne',
        [`${ENTERPRISE_URN}:department`]: 'IT',
        [INTERACT_URN]: { location: 'Oslo', nonsense: 1 },
        'emails[type eq "home"].value': 'x',
        jobTitle: 'Engineer',
      };
      expect(after(anna, { op: 'replace', value })).to.deep.include({
        name: { givenName: 'Anne', familyName: 'Berg' },
        title: 'Engineer',
        [ENTERPRISE_URN]: { department: 'IT' },
        [INTERACT_URN]: { location: 'Oslo' },
        emails: [
          { value: 'a@work', type: 'work', primary: true },
          { value: 'x', type: 'home' },
        ],
      });
    });

    it('ignores unknown and read-only names in a value', () => {
      const value = { id: 'x', meta: {}, groups: [], schemas: [], nonsense: 1, 'name.nonsense': 1, title: 'T' };
      expect(after(anna, { op: 'replace', value })).to.deep.equal({ ...anna, title: 'T' });
    });

    it('leaves out attributes that do not exist, by path and by value, and names them', () => {
      for (const [operation, ...names] of [
        [{ op: 'add', path: 'nonsense', value: 'x' }, 'nonsense'],
        [{ op: 'remove', path: 'nonsense' }, 'nonsense'],
        [{ op: 'add', path: 'urn:acme:User:tag', value: 'x' }, 'urn:acme:User:tag'],
        [{ op: 'add', path: 'nonsense[password eq "x"].value', value: 'x' }, 'nonsense.value'],
        [{ op: 'replace', path: 'emails[type eq "work"].nonsense', value: 'x' }, 'emails.nonsense'],
        [{ op: 'replace', path: `${ENTERPRISE_URN}:nonsense`, value: 'x' }, `${ENTERPRISE_URN}:nonsense`],
        [{ op: 'replace', path: 'name', value: { nonsense: 1 } }, 'name.nonsense'],
        [{ op: 'add', path: 'phoneNumbers', value: [{ nonsense: 1 }] }, 'phoneNumbers.nonsense'],
        [
          { op: 'add', value: { id: 'x', a: 1, 'b[password eq "x"]c': 1, 'name.c': 1, 'urn:d': {}, name: { e: 1 } } },
          'a',
          'b',
          'name.c',
          'urn:d',
          'name.e',
        ],
      ] as const) {
        const unknown = new Set<string>();
        const steps = readPatch(userType, patch(operation), unknown);
        expect([...unknown], JSON.stringify(operation)).to.deep.equal(names);
        expect(applyPatch(userType, anna, steps)).to.deep.equal(anna);
      }
    });

    it('removes a whole extension by its URN', () => {
      const given = { ...anna, [ENTERPRISE_URN]: { department: 'IT', costCenter: '7' } };
      expect(after(given, { op: 'remove', path: ENTERPRISE_URN })).to.deep.equal(anna);
    });

    it('ignores names of prototypes', () => {
      const value = JSON.parse('{"__proto__":{"active":false},"constructor":{"prototype":{"x":1}}}');
      expect(after(anna, { op: 'add', value })).to.deep.equal(anna);
    });
  });

  describe('values', () => {
    it('adds a value only once', () => {
      const value = { value: 'a@home', type: 'home' };
      for (const given of [value, [value], [value, value]])
        expect(after(anna, { op: 'add', path: 'emails', value: given }).emails).to.deep.equal(anna.emails);
    });

    it('merges a name and replaces a list', () => {
      const changed = after(anna, { op: 'replace', value: { name: { givenName: 'Anne' }, emails: [{ value: 'x' }] } });
      expect(changed).to.deep.include({ name: { givenName: 'Anne', familyName: 'Berg' }, emails: [{ value: 'x' }] });
    });

    it('removes values, sub-attributes and attributes', () => {
      const [work, home] = anna.emails as Json[];
      expect(after(anna, { op: 'remove', path: 'emails[type eq "work"]' }).emails).to.deep.equal([home]);
      expect(after(anna, { op: 'remove', path: 'emails', value: [{ value: 'a@home' }] }).emails).to.deep.equal([work]);
      expect(after(anna, { op: 'remove', path: 'emails', value: home }).emails).to.deep.equal([work]);
      expect(after(anna, { op: 'remove', path: 'emails', value: [{ value: 'A@Home' }] }).emails).to.deep.equal([work]);
      expect(after(anna, { op: 'remove', path: 'emails' })).to.not.have.property('emails');
      expect(after(anna, { op: 'replace', path: 'emails', value: [] })).to.not.have.property('emails');
      expect(after(anna, { op: 'replace', path: 'emails', value: null })).to.not.have.property('emails');
      expect(after(anna, { op: 'remove', path: 'emails[type eq "other"]' }).emails).to.deep.equal(anna.emails);
      const unnamed = after(anna, { op: 'replace', path: 'name.givenName', value: null });
      expect(unnamed.name).to.deep.equal({ familyName: 'Berg' });
      expect(after(unnamed, { op: 'remove', path: 'name.familyName' })).to.not.have.property('name');
    });

    it('removes a listed address, which has no value, only as a whole', () => {
      const [work, home] = [
        { type: 'work', locality: 'Oslo' },
        { type: 'home', locality: 'Oslo' },
      ];
      const given = { ...anna, addresses: [work, home] };
      expect(after(given, { op: 'remove', path: 'addresses', value: [home] }).addresses).to.deep.equal([work]);
      expect(after(given, { op: 'remove', path: 'addresses', value: [{ locality: 'Oslo' }] })).to.deep.equal(given);
    });

    it('accepts the value of a sub-attribute inside an object', () => {
      const operation = { op: 'replace', path: 'emails[type eq "home"].value', value: { value: 'x' } };
      expect(after(anna, operation).emails).to.deep.include({ value: 'x', type: 'home' });
      expectRefusal(anna, { ...operation, value: { nonsense: 'x' } }, 'invalidValue');
    });

    it('creates the value that a filter describes', () => {
      const path = 'phoneNumbers[type eq "mobile" and primary eq true].value';
      for (const op of ['add', 'replace'])
        expect(after(anna, { op, path, value: '1' }).phoneNumbers).to.deep.equal([
          { type: 'mobile', primary: true, value: '1' },
        ]);
      expect(
        after(anna, { op: 'add', path: 'phoneNumbers[value sw "x"].value', value: '1' }).phoneNumbers,
      ).to.deep.equal([{ value: '1' }]);
    });

    it('replaces a value but keeps what the filter selects it by', () => {
      const given = { ...anna, emails: [{ value: 'a@work', type: 'work', display: 'Anna' }] };
      const operation = { op: 'replace', path: 'emails[type eq "work"]', value: { value: 'x' } };
      const once = after(given, operation);
      expect(once.emails).to.deep.equal([{ value: 'x', type: 'work' }]);
      expect(after(once, operation)).to.deep.equal(once);
      expect(after(given, { ...operation, op: 'add' }).emails).to.deep.equal([
        { value: 'x', type: 'work', display: 'Anna' },
      ]);
    });

    it('changes only type or primary of a selected value', () => {
      const [work, home] = anna.emails as Json[];
      for (const op of ['add', 'replace'])
        for (const path of ['emails[value eq "a@home"]', 'emails[type eq "home"]'])
          expect(after(anna, { op, path, value: { type: 'other' } }).emails).to.deep.equal([
            work,
            { ...home, type: 'other' },
          ]);
    });

    it('removes a value of which only the type is left', () => {
      const home = (anna.emails as Json[]).slice(1);
      for (const operation of [
        { op: 'remove', path: 'emails[type eq "work"].value' },
        { op: 'replace', path: 'emails[type eq "work"].value', value: '' },
        { op: 'remove', path: 'emails.value' },
        { op: 'replace', path: 'emails.value', value: null },
      ])
        expect(after(anna, operation).emails, JSON.stringify(operation)).to.deep.equal(home);
      expect(after(anna, { op: 'remove', path: 'emails[value pr].value' })).to.not.have.property('emails');
      expect(after(anna, { op: 'remove', path: 'emails.type' }).emails).to.deep.equal([
        { value: 'a@work', primary: true },
        ...home,
      ]);
      const again = after(
        anna,
        { op: 'remove', path: 'emails[type eq "work"].value' },
        { op: 'add', path: 'emails[type eq "work"].value', value: 'x' },
      );
      expect(again.emails).to.deep.equal([...home, { type: 'work', value: 'x' }]);
      const added = after(anna, { op: 'add', path: 'addresses', value: [{ type: 'work', primary: true }] });
      expect(added).to.not.have.property('addresses');
    });

    it('does not change the resource that it was given', () => {
      const before = structuredClone(anna);
      after(anna, { op: 'remove', path: 'emails' }, { op: 'add', path: 'name.middleName', value: 'X' });
      expect(anna).to.deep.equal(before);
    });
  });

  describe('a sub-attribute without a filter', () => {
    const change = (emails: Json[], value: unknown) =>
      after({ userName: 'anna', emails }, { op: 'replace', path: 'emails.value', value }).emails;

    it('means the value for work, before the primary one', () => {
      const home = { value: 'h', type: 'home', primary: true };
      expect(change([home, { value: 'w', type: 'Work' }], 'x')).to.deep.equal([home, { value: 'x', type: 'Work' }]);
    });

    it('means the primary value if there is none for work', () => {
      expect(
        change(
          [
            { value: 'o', type: 'other' },
            { value: 'h', primary: true },
          ],
          'x',
        ),
      ).to.deep.equal([
        { value: 'o', type: 'other' },
        { value: 'x', primary: true },
      ]);
    });

    it('means the first value if there is neither', () => {
      expect(change([{ value: 'o' }, { value: 'h' }], 'x')).to.deep.equal([{ value: 'x' }, { value: 'h' }]);
    });

    it('creates a value for work if there is none at all', () => {
      expect(change([], 'x')).to.deep.equal([{ type: 'work', value: 'x' }]);
      expect(after({ userName: 'anna' }, { op: 'add', path: 'roles.value', value: 'x' }).roles).to.deep.equal([
        { value: 'x' },
      ]);
    });
  });

  describe('primary', () => {
    const moved = [
      { value: 'a@work', type: 'work' },
      { value: 'a@home', type: 'home', primary: true },
    ];

    it('moves to the value that a filter selects', () => {
      for (const op of ['add', 'replace'])
        for (const [path, value] of [
          ['emails[type eq "home"].primary', true],
          ['emails[value eq "a@home"]', { primary: true }],
        ])
          expect(after(anna, { op, path, value }).emails).to.deep.equal(moved);
    });

    it('moves without a filter', () => {
      const given = {
        ...anna,
        emails: [
          { value: 'w', type: 'work' },
          { value: 'h', type: 'home', primary: true },
        ],
      };
      expect(after(given, { op: 'replace', path: 'emails.primary', value: true }).emails).to.deep.equal([
        { value: 'w', type: 'work', primary: true },
        { value: 'h', type: 'home' },
      ]);
    });

    it('moves to a value that is added, also to one that is there already', () => {
      const home = { value: 'a@home', type: 'home', primary: true };
      const again = after(anna, { op: 'add', path: 'emails', value: [home] });
      expect(again.emails).to.deep.equal(moved);
      const [, , added] = after(again, { op: 'add', path: 'emails', value: { value: 'x', primary: true } })
        .emails as Json[];
      expect(added).to.deep.equal({ value: 'x', primary: true });
    });

    it('moves to a value that is created for a filter', () => {
      for (const [path, value] of [
        ['emails[type eq "other"]', { value: 'o', primary: true }],
        ['emails[type eq "other" and primary eq true].value', 'o'],
      ])
        expect(after(anna, { op: 'add', path, value }).emails).to.deep.equal([
          { value: 'a@work', type: 'work' },
          { value: 'a@home', type: 'home' },
          { type: 'other', value: 'o', primary: true },
        ]);
    });

    it('stays if a value is added again without it', () => {
      const value = { value: 'a@work', type: 'work' };
      expect(after(anna, { op: 'add', path: 'emails', value }).emails).to.deep.equal(anna.emails);
    });

    it('is refused for several values at once', () => {
      expectRefusal(anna, { op: 'replace', path: 'emails[value pr].primary', value: true }, 'invalidValue');
    });
  });

  describe('errors', () => {
    for (const [scimType, operations] of Object.entries(refused) as [ScimType, unknown[]][])
      it(`have the scimType ${scimType}`, () => {
        for (const operation of operations) expectRefusal(anna, operation, scimType);
      });

    it('refuses a body without operations, and too many of them', () => {
      for (const body of [undefined, null, 'x', [], {}, { Operations: [] }, { Operations: 'x' }])
        expect(() => readPatch(userType, body))
          .to.throw(ScimError)
          .with.property('scimType', 'invalidSyntax');
      const operations = Array(1_001).fill({ op: 'replace', path: 'title', value: 'x' });
      expect(() => readPatch(userType, patch(...operations))).to.throw(ScimError, /at most 1000/);
      expect(readPatch(userType, { operations: operations.slice(1) })).to.have.length(1_000);
    });

    it('refuses a blank name', () => {
      expectRefusal(anna, { op: 'replace', path: 'userName', value: '  ' }, 'invalidValue');
    });

    it('refuses an unknown sub-attribute in a filter', () => {
      expectRefusal(anna, { op: 'replace', path: 'emails[nonsense eq "x"].value', value: 'x' }, 'invalidFilter');
      expectRefusal(anna, { op: 'replace', path: 'emails[emails[type pr]].value', value: 'x' }, 'invalidFilter');
    });

    it('reads all operations before it applies the first', () => {
      const wrongValue = { op: 'replace', path: 'active', value: 'perhaps' };
      const wrongPath = { op: 'add', path: '/title', value: 'x' };
      for (const operations of [
        [wrongValue, wrongPath],
        [wrongPath, wrongValue],
      ])
        expect(() => after(anna, ...operations))
          .to.throw(ScimError)
          .with.property('scimType', 'invalidPath');
    });

    it('refuses to compare too many values', () => {
      const list = (length: number) => Array.from({ length }, (_, i) => ({ value: `a${i}@acme.com` }));
      const times = (count: number, operation: object) => Array<object>(count).fill(operation);
      const person = { userName: 'x', emails: list(200) };
      expect(after(person, { op: 'add', path: 'emails', value: list(200) }).emails).to.have.lengthOf(200);
      expect(after(person, { op: 'replace', path: 'emails[value sw "a1"].type', value: 'work' })).to.be.an('object');
      const filter = Array.from({ length: 30 }, (_, i) => `value co "z${i}"`).join(' or ');
      for (const operations of [
        times(50, { op: 'add', path: 'emails', value: list(100) }),
        times(100, { op: 'remove', path: `emails[${filter}]` }),
      ])
        expect(() => after(person, ...operations))
          .to.throw(ScimError)
          .with.property('scimType', 'tooMany');
    });

    it('refuses to remove the name of a group', () => {
      expect(() =>
        applyPatch(groupType, { displayName: 'G' }, readPatch(groupType, patch({ op: 'remove', path: 'displayName' }))),
      )
        .to.throw(ScimError)
        .with.property('scimType', 'mutability');
    });
  });

  describe('any sequence of operations', () => {
    it('results in a sound resource if all are valid', () => {
      fc.assert(
        fc.property(fc.array(validOperation, { minLength: 1, maxLength: 8 }), (operations) => {
          const before = structuredClone(anna);
          const result = after(anna, ...operations);
          // A PUT of the result changes nothing: canonical names, right types, one primary value.
          expect(readResource(userType, result)).to.deep.equal(result);
          expect(anna).to.deep.equal(before);
        }),
        { seed: 20261127, numRuns: 500 },
      );
    });

    it('is refused with the scimType of the one that is invalid, wherever it is', () => {
      const invalid = fc.constantFrom(
        ...Object.entries(refused).flatMap(([type, operations]) =>
          operations.map((operation) => ({ type, operation })),
        ),
      );
      fc.assert(
        fc.property(
          fc.array(validOperation, { maxLength: 4 }),
          invalid,
          fc.array(validOperation, { maxLength: 4 }),
          (first, { type, operation }, last) => {
            expect(() => after(anna, ...first, operation, ...last))
              .to.throw(ScimError)
              .with.property('scimType', type);
          },
        ),
        { seed: 20261128, numRuns: 500 },
      );
    });

    it('changes nothing when it is repeated, if it replaces whole attributes and selected values', () => {
      fc.assert(
        fc.property(fc.array(replacement, { minLength: 1, maxLength: 4 }), (operations) => {
          const once = after(anna, ...operations);
          expect(after(once, ...operations)).to.deep.equal(once);
        }),
        { seed: 20261129, numRuns: 300 },
      );
    });
  });
});

function after(resource: Json, ...operations: unknown[]): Json {
  return applyPatch(userType, resource, readPatch(userType, patch(...operations)));
}

function expectRefusal(resource: Json, operation: unknown, scimType: string): void {
  const before = structuredClone(resource);
  expect(() => after(resource, operation))
    .to.throw(ScimError)
    .that.includes({ status: 400, scimType });
  expect(resource).to.deep.equal(before);
}

const text = fc.oneof(
  fc.constantFrom('x', 'a@work', 'a@home', '', null),
  fc.string({ maxLength: 20 }).filter(isStorable),
);
const flag = fc.constantFrom(true, false, 'True', 'false');
const email = fc.record(
  { value: fc.constantFrom('x', 'a@work', 'a@home'), type: fc.constantFrom('work', 'home', 'Home') },
  { requiredKeys: ['value'] },
);
/** Some addresses, at most the first of them primary. */
const emails = fc
  .tuple(fc.array(email, { maxLength: 3 }), fc.boolean())
  .map(([values, primary]) => values.map((value, index) => (primary && index === 0 ? { ...value, primary } : value)));
const addOrReplace = fc.constantFrom('add', 'replace', 'Add', 'REPLACE');

function write(paths: string[], value: fc.Arbitrary<unknown>) {
  return fc.record({ op: addOrReplace, path: fc.constantFrom(...paths), value });
}

/** Operations that are valid in any state that they lead to. */
const validOperation: fc.Arbitrary<unknown> = fc.oneof(
  write(
    ['title', 'JobTitle', 'name.givenName', 'name.familyName', 'nickName', `${INTERACT_URN}:name.title`, 'department'],
    text,
  ),
  write(['active', 'omitFromSearch'], flag),
  write(['name'], fc.record({ givenName: text, formatted: text }, { requiredKeys: [] })),
  write(['manager'], fc.oneof(text, fc.record({ value: text }), fc.constant([{ value: 'x' }]))),
  write(['emails'], fc.oneof(emails, email, fc.constant('x'), fc.constant(null))),
  write(
    ['emails.value', 'emails[type eq "work"].value', 'addresses[type eq "work"].locality', 'phoneNumbers.value'],
    text,
  ),
  write(['emails.primary'], flag),
  write(['emails[value eq "x"].display', 'emails[type eq "home" or value eq "x"].display'], fc.constantFrom('', null)),
  write([INTERACT_URN], fc.record({ location: text, nonsense: fc.integer() }, { requiredKeys: [] })),
  fc.record({
    op: addOrReplace,
    value: fc.record({ title: text, id: text, nonsense: text, emails }, { requiredKeys: [] }),
  }),
  fc.record({
    op: fc.constantFrom('remove', 'Remove'),
    path: fc.constantFrom(
      'title',
      'name',
      'name.givenName',
      'emails',
      'emails.value',
      'emails[type eq "work"]',
      'active',
      INTERACT_URN,
      'manager',
    ),
  }),
  fc.record({ op: fc.constant('remove'), path: fc.constant('emails'), value: emails }),
);

const replacement = fc.record({
  op: fc.constant('replace'),
  path: fc.constantFrom(
    'title',
    'name.givenName',
    'department',
    'emails[type eq "work"].value',
    'addresses[type eq "work"].locality',
  ),
  value: text,
});

function isStorable(value: string): boolean {
  return !value.includes('\0') && value.isWellFormed();
}
