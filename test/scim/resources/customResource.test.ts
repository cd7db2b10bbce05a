import { expect } from 'chai';
import { listCustomAttributes } from '../../../src/people/customAttributes.ts';
import { personInputOf } from '../../../src/people/form.ts';
import { changePerson, deletePerson, getUser, writePerson } from '../../../src/people/users.ts';
import { parseFilter } from '../../../src/scim/protocol/filter.ts';
import { lookupSql } from '../../../src/scim/protocol/lookup.ts';
import { customAttributesOf } from '../../../src/scim/resources/customResource.ts';
import { userTypeOf } from '../../../src/scim/schema/schema.ts';
import type { CustomValue } from '../../../src/store/profile.ts';
import { findIds } from '../../../src/store/selection.ts';
import { findUser } from '../../../src/store/users.ts';
import { addAttributes, everyType } from '../../support/customAttributes.ts';
import { withStores } from '../../support/stores.ts';
import { insertPeople } from '../support/insertPeople.ts';
import { patch } from '../support/patch.ts';
import { type Body, openScimServer, type ScimServer } from '../support/scimServer.ts';

const CUSTOM = 'urn:ietf:params:scim:schemas:extension:anteroom:2.0:User';

describe('scim/customResource', () => {
  withStores((open) => {
    let scim: ScimServer;
    let boss: string;
    let made = 0;

    beforeEach(async () => {
      scim = await openScimServer(await open());
      await addAttributes(scim.deps, ...everyType);
      boss = await create({ displayName: 'The Boss' });
    });

    const values = () => ({
      onetext: 'A-7',
      manytext: [{ value: 'sailing' }, { value: 'chess' }],
      onenumber: 37.5,
      manynumber: [{ value: 1 }, { value: 2 }],
      onedate: '2026-03-31',
      manydate: [{ value: '2026-03-31' }],
      onechoice: 'Large',
      manychoice: [{ value: 'Small' }, { value: 'Large' }],
      onelink: 'https://acme.example/a',
      manylink: [{ value: 'https://acme.example/a' }],
      oneperson: { value: boss },
      manyperson: [{ value: boss }],
    });

    async function create(more: object): Promise<string> {
      made += 1;
      const { status, body } = await scim.call('POST', '/Users', { userName: `person${made}`, ...more });
      expect(status, body.detail).to.equal(201);
      return body.id;
    }

    const customOf = (body: Body) => body[CUSTOM] as Record<string, unknown>;
    const found = async (filter: string, more = '') => {
      const { status, body } = await scim.call('GET', `/Users?filter=${encodeURIComponent(filter)}${more}`);
      expect(status, `${filter}: ${body.detail}`).to.equal(200);
      return body.Resources.map(({ id }) => id);
    };

    it('describes the extension, and only if there are custom attributes', async () => {
      const schema = (await scim.call('GET', `/Schemas/${CUSTOM}`)).body;
      const attributes = schema.attributes as Record<string, unknown>[];
      expect(attributes.map(({ name }) => name)).to.deep.equal(everyType.map(({ name }) => name));
      expect(attributes.find(({ name }) => name === 'onenumber')).to.deep.equal({
        name: 'onenumber',
        type: 'decimal',
        multiValued: false,
        description: 'onenumber',
        required: false,
        caseExact: false,
        mutability: 'readWrite',
        returned: 'default',
        uniqueness: 'none',
      });
      expect(attributes.find(({ name }) => name === 'onechoice')?.canonicalValues).to.deep.equal(['Small', 'Large']);
      const type = (await scim.call('GET', '/ResourceTypes/User')).body;
      expect(type.schemaExtensions).to.deep.include({ schema: CUSTOM, required: false });

      const plain = await openScimServer();
      expect((await plain.call('GET', `/Schemas/${CUSTOM}`)).status).to.equal(404);
      expect((await plain.call('GET', '/ResourceTypes/User')).body.schemaExtensions).to.have.lengthOf(2);
      const person = await plain.call('POST', '/Users', { userName: 'anna', [CUSTOM]: { onetext: 'x' } });
      expect(person.status).to.equal(201);
      expect(person.body).not.to.have.property(CUSTOM);
    });

    it('stores and returns values of each type, with the names of people', async () => {
      const id = await create({ [CUSTOM]: values() });
      const { body } = await scim.call('GET', `/Users/${id}`);
      expect(body.schemas).to.include(CUSTOM);
      const $ref = `${scim.baseUrl}/Users/${boss}`;
      expect(customOf(body)).to.deep.equal({
        ...values(),
        oneperson: { value: boss, $ref, displayName: 'The Boss' },
        manyperson: [{ value: boss, $ref, display: 'The Boss' }],
      });
      expect((await scim.call('GET', `/Users/${boss}`)).body.schemas).not.to.include(CUSTOM);
    });

    it('accepts what clients send instead: lists of texts, numbers as texts, a choice in another case', async () => {
      const sent = { manytext: ['a', 'b', 'a'], onenumber: '12.50', manynumber: [3, '3', 4, 1e-7], onechoice: 'LARGE' };
      const id = await create({ [CUSTOM]: { ...sent, oneperson: boss, manychoice: 'small' }, onetext: 'bare' });
      const { onetext, oneperson, ...rest } = customOf((await scim.call('GET', `/Users/${id}`)).body);
      expect(onetext).to.equal('bare');
      expect(oneperson).to.include({ value: boss });
      expect(rest).to.deep.equal({
        manytext: [{ value: 'a' }, { value: 'b' }],
        onenumber: 12.5,
        manynumber: [{ value: 3 }, { value: 4 }, { value: 1e-7 }],
        onechoice: 'Large',
        manychoice: [{ value: 'Small' }],
      });
    });

    it('leaves out blanks around a value, as the form does', async () => {
      const sent = {
        onetext: ' A-7 ',
        manytext: [' ', ' chess'],
        onechoice: 'Large ',
        onedate: '  ',
        oneperson: ` ${boss}`,
      };
      const id = await create({ [CUSTOM]: sent });
      const { oneperson, ...rest } = customOf((await scim.call('GET', `/Users/${id}`)).body);
      expect(rest).to.deep.equal({ onetext: 'A-7', manytext: [{ value: 'chess' }], onechoice: 'Large' });
      expect(oneperson).to.include({ value: boss, displayName: 'The Boss' });
    });

    it('refuses values of the wrong type by POST and PATCH', async () => {
      const wrong: [string, unknown, string][] = [
        ['onenumber', 'many', 'onenumber: Enter a number such as 12 or -3.5, with at most 15 digits.'],
        ['onenumber', 1e21, 'onenumber: Enter a number such as 12 or -3.5, with at most 15 digits.'],
        ['onenumber', true, 'onenumber must be a string.'],
        ['manynumber', [1, 'x'], 'value: Enter a number such as 12 or -3.5, with at most 15 digits.'],
        ['onedate', '31.3.2026', 'onedate: Enter a date as year-month-day, such as 2026-03-31.'],
        ['onedate', '2026-02-30', 'onedate: Enter a date as year-month-day, such as 2026-03-31.'],
        ['onechoice', 'Medium', 'onechoice: Use one of: Small, Large.'],
        ['onelink', 'ftp://acme.example', 'onelink must be an http or https URL, or an image as data:image/….'],
        ['onelink', 'acme.example', 'onelink: Enter a web address that starts with https://.'],
        ['oneperson', 'nobody', 'oneperson: no person has this id.'],
        ['manyperson', [{ value: crypto.randomUUID() }], 'manyperson: no person has this id.'],
        ['onetext', 'x'.repeat(1_025), 'onetext may have at most 1024 characters.'],
        ['onetext', 'a\u0007b', 'onetext: Control characters are not allowed.'],
      ];
      for (const [name, value, detail] of wrong) {
        const posted = await scim.call('POST', '/Users', { userName: 'wrong', [CUSTOM]: { [name]: value } });
        expect(posted.body, name).to.include({ status: '400', scimType: 'invalidValue', detail });
        const patched = await scim.call(
          'PATCH',
          `/Users/${boss}`,
          patch({ op: 'add', path: `${CUSTOM}:${name}`, value }),
        );
        expect(patched.body, name).to.include({ status: '400', scimType: 'invalidValue', detail });
      }
      const longest = 'x'.repeat(1_024);
      await create({ [CUSTOM]: { onetext: longest } });
      expect(await found(`${CUSTOM}:onetext eq "${longest}"`)).to.have.lengthOf(1);
    });

    it('filters by each type', async () => {
      const id = await create({ [CUSTOM]: values() });
      await create({ [CUSTOM]: { onetext: 'B-8', onenumber: 4, manynumber: [7], onedate: '2027-01-01' } });
      const filters = [
        'onetext eq "a-7"',
        'onetext sw "A"',
        'manytext eq "chess"',
        'manytext[value co "ail"]',
        'manytext.value eq "chess"',
        'onenumber eq 37.5',
        'onenumber gt 5',
        'manynumber eq 2',
        'manynumber[value lt 2]',
        'onedate lt "2026-12-31"',
        'onechoice eq "large"',
        'manychoice eq "Small"',
        'onelink eq "https://acme.example/a"',
        `oneperson.value eq "${boss}"`,
        `manyperson.value eq "${boss}"`,
        'oneperson pr',
        'manyperson pr',
      ];
      for (const filter of filters) expect(await found(`${CUSTOM}:${filter}`), filter).to.deep.equal([id]);
      expect(await found(`onetext eq "A-7"`)).to.deep.equal([id]);
      expect(await found(`schemas eq "${CUSTOM}"`)).to.have.lengthOf(2);
      expect(await found(`${CUSTOM}:onenumber ne 37.5`)).to.have.lengthOf(2); // with the boss
      expect(await found(`not (${CUSTOM}:onenumber eq 37.5)`)).to.have.lengthOf(2);
      for (const filter of ['onenumber eq "x"', 'onenumber co 3', 'unknown eq "1"', 'onenumber eq ""'])
        expect((await scim.call('GET', `/Users?filter=${encodeURIComponent(`${CUSTOM}:${filter}`)}`)).body).to.include({
          scimType: 'invalidFilter',
        });
    });

    it('reads only the people who have a value, or name a person', async () => {
      await create({ [CUSTOM]: values() });
      await insertPeople(scim.deps.store.db, 20);
      const { db, engine } = scim.deps.store;
      const type = userTypeOf(scim.deps.attributes.list);
      const filters: [string, number | undefined][] = [
        ['onetext sw "A"', 1],
        ['onetext pr', 1],
        ['manyperson[value eq "x" or not (value eq "y")]', 1],
        [`oneperson.value eq "${boss}" and onenumber gt 5`, 1],
        [`oneperson eq "${crypto.randomUUID()}"`, 0],
        ['onetext ne "A"', undefined],
        ['onetext eq null', undefined],
        ['not (onetext pr)', undefined],
      ];
      for (const [text, count] of filters) {
        const lookup = lookupSql(type, parseFilter(text));
        expect(lookup && (await findIds(db, lookup, 100))?.length, `${engine}: ${text}`).to.equal(count);
      }
    });

    it('sorts by texts and numbers, those without a value last', async () => {
      const [ten, nine, two] = [
        await create({ [CUSTOM]: { onenumber: 10, onetext: 'c' } }),
        await create({ [CUSTOM]: { onenumber: 9, onetext: 'a' } }),
        await create({ [CUSTOM]: { onenumber: -2, onetext: 'b' } }),
      ];
      const sorted = async (query: string) =>
        (await scim.call('GET', `/Users?sortBy=${CUSTOM}:${query}`)).body.Resources.map(({ id }) => id);
      expect(await sorted('onenumber')).to.deep.equal([two, nine, ten, boss]);
      expect(await sorted('onenumber&sortOrder=descending')).to.deep.equal([boss, ten, nine, two]);
      expect(await sorted('onetext')).to.deep.equal([nine, two, ten, boss]);
      const first = (await scim.call('GET', `/Users?sortBy=${CUSTOM}:onenumber&count=2&cursor=`)).body;
      const path = `/Users?sortBy=${CUSTOM}:onenumber&count=2&cursor=${first.nextCursor}`;
      expect((await scim.call('GET', path)).body.Resources.map(({ id }) => id)).to.deep.equal([ten, boss]);
    });

    it('changes values by path, by value and by URN, and removes them', async () => {
      const id = await create({ [CUSTOM]: { onetext: 'A', manytext: ['a', 'b'], onenumber: 1 } });
      const patched = async (...operations: unknown[]) => {
        const { status, body } = await scim.call('PATCH', `/Users/${id}`, patch(...operations));
        expect(status, body.detail).to.equal(200);
        return customOf(body);
      };
      expect(await patched({ op: 'replace', path: `${CUSTOM}:onetext`, value: 'B' })).to.include({ onetext: 'B' });
      expect(await patched({ op: 'replace', value: { [`${CUSTOM}:onenumber`]: 2 } })).to.include({ onenumber: 2 });
      expect(await patched({ op: 'add', value: { [CUSTOM]: { onedate: '2026-01-01' } } })).to.include({
        onedate: '2026-01-01',
      });
      expect(
        (await patched({ op: 'add', path: `${CUSTOM}:manytext`, value: [{ value: 'c' }] })).manytext,
      ).to.deep.equal([{ value: 'a' }, { value: 'b' }, { value: 'c' }]);
      expect((await patched({ op: 'remove', path: `${CUSTOM}:manytext[value eq "a"]` })).manytext).to.have.lengthOf(2);
      expect((await patched({ op: 'remove', path: `${CUSTOM}:manytext`, value: ['b'] })).manytext).to.deep.equal([
        { value: 'c' },
      ]);
      expect(await patched({ op: 'add', path: `${CUSTOM}:oneperson`, value: boss })).to.have.nested.property(
        'oneperson.displayName',
        'The Boss',
      );
      expect(await patched({ op: 'remove', path: `${CUSTOM}:onetext` })).not.to.have.property('onetext');
      expect(await patched({ op: 'remove', path: CUSTOM })).to.equal(undefined);
      expect((await scim.call('GET', `/Users/${id}`)).body.schemas).not.to.include(CUSTOM);
    });

    it('keeps what the source does not own if a PUT does not mention it', async () => {
      const id = await create({ [CUSTOM]: { onetext: 'A' } });
      const { userName } = (await scim.call('GET', `/Users/${id}`)).body;
      const other = await openScimServer(scim.deps.store);
      Object.assign(other.deps.attributes, scim.deps.attributes);
      const set = await other.call(
        'PATCH',
        `/Users/${id}`,
        patch({ op: 'add', path: `${CUSTOM}:onenumber`, value: 2 }),
      );
      expect(customOf(set.body)).to.deep.equal({ onetext: 'A', onenumber: 2 });
      const changed = await scim.call('PUT', `/Users/${id}`, { userName, [CUSTOM]: { onetext: 'B' } });
      expect(customOf(changed.body)).to.deep.equal({ onetext: 'B', onenumber: 2 });
      const emptied = await scim.call('PUT', `/Users/${id}`, { userName, title: 'Engineer' });
      expect(customOf(emptied.body)).to.deep.equal({ onenumber: 2 });
    });

    it('returns only the parts that a request asks for', async () => {
      const id = await create({ [CUSTOM]: { onetext: 'A', onenumber: 1 } });
      const only = (await scim.call('GET', `/Users/${id}?attributes=${CUSTOM}:onetext`)).body;
      expect(only).to.have.all.keys('id', 'schemas', CUSTOM);
      expect(customOf(only)).to.deep.equal({ onetext: 'A' });
      const without = (await scim.call('GET', `/Users/${id}?excludedAttributes=${CUSTOM}:onetext`)).body;
      expect(customOf(without)).to.deep.equal({ onenumber: 1 });
      expect((await scim.call('GET', `/Users/${id}?excludedAttributes=${CUSTOM}`)).body).not.to.have.property(CUSTOM);
    });

    it('lets the source own what it sends, and leaves the rest to the screens', async () => {
      const id = await create({ [CUSTOM]: { onetext: 'A' } });
      const { db } = scim.deps.store;
      const person = await getUser(scim.deps, id);
      const { list } = scim.deps.attributes;
      const input = { ...personInputOf(person, list), onetext: 'B', onenumber: '5' };
      expect(await changePerson(scim.deps, id, person.version, input)).to.include({ ok: true });
      const changed = await findUser(db, id);
      expect(customAttributesOf(changed?.profile.custom ?? {}, list)).to.deep.equal({ onetext: 'A', onenumber: 5 });
    });

    it('reads values of a former type, filters and sorts by them, and leaves out what does not fit', async () => {
      const { db } = scim.deps.store;
      const definitions = await listCustomAttributes(db);
      const former: Record<string, CustomValue> = {
        onetext: 5,
        manytext: 'a',
        onenumber: '7',
        manynumber: [{ value: '8' }, { value: 9 }],
        manydate: 'soon',
        onechoice: [{ value: 'Small' }],
        oneperson: [{ value: boss }],
        manyperson: { value: boss },
      };
      const custom = Object.fromEntries(definitions.map(({ id, name }) => [id, former[name] ?? 'x']));
      const id = await create({});
      const person = await getUser(scim.deps, id);
      await writePerson(db, scim.deps, person, { profile: { custom } });
      const expected = {
        onetext: '5',
        manytext: [{ value: 'a' }],
        onenumber: 7,
        manynumber: [{ value: 8 }, { value: 9 }],
        onechoice: 'Small',
      };
      const shown = customOf((await scim.call('GET', `/Users/${id}`)).body);
      expect(shown).to.deep.include(expected).and.not.to.have.property('manydate');
      expect(shown).to.have.nested.property('oneperson.displayName', 'The Boss');
      for (const { name } of everyType) {
        for (const filter of [`${name} pr`, `${name} eq "5"`, `not (${name} eq "5")`])
          await found(filter.includes('person') ? filter.replace(` eq`, '.value eq') : filter);
        const sorted = await scim.call('GET', `/Users?sortBy=${CUSTOM}:${name}`);
        expect(sorted.status, `${name}: ${sorted.body.detail}`).to.be.oneOf([200, 400]);
      }
      const patched = await scim.call('PATCH', `/Users/${id}`, patch({ op: 'add', path: 'manytext', value: 'b' }));
      expect(customOf(patched.body).manytext).to.deep.equal([{ value: 'a' }, { value: 'b' }]);
    });

    it('leaves no reference to a deleted person', async () => {
      const id = await create({ [CUSTOM]: { oneperson: boss, manyperson: [boss], onetext: 'A' } });
      const { db } = scim.deps.store;
      const { meta } = (await scim.call('GET', `/Users/${id}`)).body;
      const person = await findUser(db, boss);
      if (person) await db.transaction().execute((trx) => deletePerson(trx, scim.deps, person));
      const { body } = await scim.call('GET', `/Users/${id}`);
      expect(customOf(body)).to.deep.equal({ onetext: 'A' });
      expect(body.meta.version).not.to.equal(meta.version);
      const [text] = await listCustomAttributes(db);
      expect((await findUser(db, id))?.profile.custom).to.deep.equal({ [text?.id ?? '']: 'A' });
    });
  });
});
