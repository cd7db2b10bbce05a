import { expect } from 'chai';
import { sql } from 'kysely';
import { allFacts, factsForColleagues } from '../../src/intranet/facts.ts';
import { emptyPerson, type PersonAttribute, personSections, type UserAttributes } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { primaryEmail } from '../../src/people/contact.ts';
import { cellsOf, csvHeaders, withCells } from '../../src/people/csv.ts';
import { personInputOf, readPersonInput } from '../../src/people/form.ts';
import { searchWordsOf } from '../../src/people/search.ts';
import { textError } from '../../src/people/textError.ts';
import { listOf, setValue, storedValue, textOf } from '../../src/people/values.ts';
import { type AttributePath, parseFilter } from '../../src/scim/protocol/filter.ts';
import { filterToSql } from '../../src/scim/protocol/filterSql.ts';
import { attributesOfUser, userOfAttributes } from '../../src/scim/resources/userResource.ts';
import { readResource } from '../../src/scim/schema/readResource.ts';
import { ENTERPRISE_URN, findByPath, INTERACT_URN, userType } from '../../src/scim/schema/schema.ts';
import { matchesAmong } from '../../src/store/selection.ts';
import { findUser, type User } from '../../src/store/users.ts';
import { startAsPowerUser } from '../support/client.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';

// Each test goes through the whole table: an attribute that is added there is tested with it, and nothing else is edited.
describe('people/attributes', () => {
  it('has each attribute, label and place once', () => {
    for (const key of ['name', 'label', 'path'] as const) {
      const values = personAttributes.map((attribute) => attribute[key]);
      expect(values.filter((value, index) => values.indexOf(value) !== index)).to.deep.equal([]);
    }
  });

  it('shows each attribute in its section of the form, and reads it from there', async () => {
    const { anteroom, maya, client } = await startAsPowerUser();
    const page = (await client.get('/settings/people/new')).text;
    const cards = page.split(/<(?:fieldset|details) class="card/).slice(1);
    const needed = cards.slice(0, 2).join(''); // what is needed first, and with the password, from several sections
    for (const attribute of personAttributes) {
      const { name, label, section, editable } = attribute;
      const [title, field] = [section === 'none' ? '' : personSections[section], fieldOf(attribute)];
      const own = cards.find((one) => one.includes(`>${title}</span>`)) ?? '';
      const card = needed.includes(`name="${field}"`) ? needed : own;
      expect(card.includes(`name="${field}"`), name).to.equal(editable !== 'never');
      if (editable !== 'never') expect(card, name).to.contain(label);
    }
    const sent = Object.fromEntries(
      personAttributes.flatMap((attribute) => Object.entries(fieldsFor(attribute, maya.id))),
    );
    const added = await client.post('/settings/people/new', { ...sent, userName: 'anna.berg' });
    expect(added.status).to.equal(303);
    const user = await findUser(anteroom.deps.store.db, (added.location ?? '').split('/').at(-1) ?? '');
    const edited = personAttributes.filter(({ editable, name }) => editable !== 'never' && name !== 'userName');
    for (const attribute of edited)
      expect(user && valueIn(user, attribute), attribute.name).to.equal(valueIn(sample(attribute, maya.id), attribute));
  });

  it('shows each attribute on the profile page to those who may see it', () => {
    for (const attribute of personAttributes.filter(({ type }) => type !== 'photo' && type !== 'person')) {
      const { label, one = label, section, visibleTo } = attribute;
      const person = userWith(attribute);
      const labels = (facts: typeof allFacts) =>
        facts(person, personAttributes, new Map())
          .filter(({ title }) => section !== 'none' && title === personSections[section])
          .flatMap(({ facts }) => facts.map((fact) => fact.label.replace(/ \([a-z]+\)$/, '')));
      const shown = attribute.type === 'list' || attribute.type === 'addresses' ? one : label;
      expect(labels(factsForColleagues).includes(shown), `${attribute.name} to colleagues`).to.equal(
        visibleTo === 'everyone',
      );
      expect(labels(allFacts).includes(shown), `${attribute.name} to the person`).to.equal(visibleTo !== 'powerUsers');
    }
  });

  it('exports each column of an attribute, and imports it again', () => {
    expect(csvHeaders(personAttributes)).to.have.members([
      ...new Set(personAttributes.flatMap(({ csv }) => csv.map(({ header }) => header))),
    ]);
    for (const attribute of personAttributes.filter(({ csv, type }) => csv.length > 0 && type !== 'person')) {
      const cells = cellsOf(sample(attribute), '', personAttributes);
      for (const { header } of attribute.csv)
        expect(cells[header], header).not.to.equal(cellsOf(emptyPerson, '', personAttributes)[header]);
      const read = readPersonInput(
        withCells(emptyPerson, { ...cells, userName: cells.userName || 'x' }, personAttributes),
        emptyPerson,
        personAttributes,
      );
      expect(read.ok && cellsOf(read.value, '', personAttributes)).to.deep.equal({
        ...cells,
        userName: cells.userName || 'x',
      });
    }
  });

  it('describes each attribute in /Schemas, with the same limit as the form', () => {
    for (const attribute of personAttributes) {
      const located = findByPath(userType, scimPath(attribute));
      const leaf = located?.sub ?? located?.attribute;
      const value = leaf?.subAttributes?.find(({ name }) => name === 'value' || name === 'formatted') ?? leaf;
      expect(leaf?.description, attribute.name).not.to.equal('');
      if (attribute.type !== 'boolean') expect(value?.maxLength, attribute.name).to.equal(attribute.maxLength);
    }
  });

  it('refuses a value that is longer than the limit on the form', () => {
    for (const attribute of personAttributes.filter(({ type }) => type !== 'boolean')) {
      expect(textError(attribute, 'a'.repeat(attribute.maxLength + 1)), attribute.name).to.match(
        /^(Use at most|This picture is too)/,
      );
      expect(textError({ ...attribute, type: 'text', required: false }, 'a'.repeat(attribute.maxLength))).to.equal(
        undefined,
      );
    }
  });

  it('returns each attribute in a SCIM resource, and reads it again', () => {
    for (const attribute of personAttributes) {
      const person = userWith(attribute);
      const resource = attributesOfUser(person, personAttributes);
      const sent = readResource(userType, JSON.parse(JSON.stringify(resource)));
      expect(storedValue(userOfAttributes(sent, undefined, personAttributes), attribute), attribute.name).to.deep.equal(
        storedValue(person, attribute),
      );
      expect(storedValue(person, attribute), attribute.name).not.to.deep.equal(storedValue(aUser(), attribute));
    }
  });

  it('keeps each attribute of a form that is saved without a change', () => {
    for (const attribute of personAttributes) {
      const person = { ...sample(attribute), userName: 'anna.berg' };
      const read = readPersonInput(personInputOf(person, personAttributes), person, personAttributes);
      expect(read.ok && storedValue(read.value, attribute), attribute.name).to.deep.equal(
        storedValue(person, attribute),
      );
    }
  });

  it('finds people by the searched attributes, and only by those', () => {
    for (const attribute of personAttributes.filter(({ type }) => type === 'text' || type === 'list')) {
      const person = { ...emptyPerson };
      setValue(person, attribute, attribute.type === 'list' ? [{ value: 'zebra' }] : 'zebra');
      expect(searchWordsOf(person, personAttributes), attribute.name).to.deep.equal(
        attribute.searched ? ['zebra'] : [],
      );
    }
  });

  withStores((open) => {
    it('filters by each attribute in SCIM', async () => {
      const { db, engine } = await open();
      for (const attribute of personAttributes) {
        const user = userWith(attribute);
        await insertUser(db, user, null);
        const { urn, name, sub } = scimPath(attribute);
        const parts = [name, sub ?? valuePart[attribute.type]].filter(Boolean);
        const path = `${urn ? `${urn}:` : ''}${parts.join('.')}`;
        const value = attribute.type === 'boolean' ? storedValue(user, attribute) : valueIn(user, attribute);
        const test = filterToSql(userType, engine, parseFilter(`${path} eq ${JSON.stringify(value)}`));
        const find = matchesAmong(db, { table: 'users', condition: sql`${test}`, sortKey: sql<null>`null` });
        expect(await find(JSON.stringify([user.id])), path).to.have.lengthOf(1);
      }
    });
  });
});

const PICTURE = 'data:image/png;base64,iVBORw0KGgo=';
const samples: Partial<Record<PersonAttribute['type'], string>> = {
  date: '2026-03-31',
  link: 'https://acme.example/anna',
  language: 'de-CH',
  timeZone: 'Europe/Berlin',
  photo: PICTURE,
};

/** The part of a value with several parts that holds the value itself. */
const valuePart: Partial<Record<PersonAttribute['type'], string>> = {
  list: 'value',
  scimList: 'value',
  photo: 'value',
  person: 'value',
  addresses: 'locality',
};

/** A person with a value for one attribute. */
function sample(attribute: PersonAttribute, managerId = 'some-manager'): UserAttributes {
  const { name, type, options, csv, kinds = [] } = attribute;
  const person = { ...emptyPerson };
  const text = samples[type] ?? options?.at(-1)?.[0] ?? (name === 'emails' ? 'anna@acme.example' : 'Zebra');
  const lines = csv.filter(({ of }) => of).map(({ of }) => ({ value: `${text}${of}`, type: of }));
  const values = lines.length > 0 ? lines : [{ value: text, ...(kinds[0] ? { type: kinds[0] } : {}) }];
  if (type === 'boolean') setValue(person, attribute, !storedValue(person, attribute));
  else if (type === 'addresses') setValue(person, attribute, [{ formatted: '1 A\n2 B, C\nD', ...address }]);
  else if (type === 'list' || type === 'scimList') setValue(person, attribute, values);
  else if (type === 'photo') setValue(person, attribute, [{ type: 'photo', value: text }]);
  else setValue(person, attribute, type === 'person' ? managerId : text);
  return { ...person, email: primaryEmail(person.profile) };
}

/** A user with a value for one attribute, and a user name. */
function userWith(attribute: PersonAttribute): User {
  const { userName, ...person } = sample(attribute);
  return aUser({ ...person, ...(userName ? { userName } : {}) });
}

const address = { type: 'work', streetAddress: '1 A', postalCode: '2', locality: 'B', region: 'C', country: 'D' };

/** The value of an attribute as one text. */
function valueIn(person: UserAttributes, attribute: PersonAttribute): string {
  if (attribute.type === 'boolean') return String(storedValue(person, attribute));
  if (attribute.type === 'addresses') return person.profile.addresses?.[0]?.locality ?? '';
  if (!attribute.type.endsWith('ist')) return textOf(person, attribute);
  return listOf(person, attribute)[0]?.value ?? '';
}

/** The fields of the form with a value for an attribute. */
function fieldsFor(attribute: PersonAttribute, managerId: string): Record<string, string> {
  const person = sample(attribute, managerId);
  const { name, type } = attribute;
  const value = valueIn(person, attribute);
  if (type === 'boolean') return value === 'true' ? { [name]: 'on' } : {};
  if (type === 'person') return { [name]: 'maya.koch', [`${name}.id`]: managerId };
  const field = fieldOf(attribute);
  return field === name ? { [name]: value } : { [`${name}.lines`]: '1', [field]: value };
}

function fieldOf({ name, type }: PersonAttribute): string {
  if (type === 'addresses') return `${name}.0.locality`;
  return type === 'list' ? `${name}.0.value` : name;
}

function scimPath({ path }: PersonAttribute): AttributePath {
  const [first = '', ...rest] = path.split('.');
  const urns: Record<string, string> = { enterprise: ENTERPRISE_URN, interact: INTERACT_URN };
  const [urn, [name = '', sub]] = urns[first] ? [urns[first], rest] : [undefined, [first, ...rest]];
  return { name, ...(urn ? { urn } : {}), ...(sub ? { sub } : {}) };
}
