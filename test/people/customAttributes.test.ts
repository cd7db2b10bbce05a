import { expect } from 'chai';
import { Conflict, NotFound } from '../../src/errors.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import {
  addCustomAttribute,
  deleteCustomAttribute,
  getCustomAttribute,
  listCustomAttributes,
  MAX_CUSTOM,
  refreshAttributes,
  saveCustomAttribute,
} from '../../src/people/customAttributes.ts';
import { personInputOf, readPersonInput } from '../../src/people/form.ts';
import { searchWordsOf } from '../../src/people/search.ts';
import { findDomainByHost, insertDomain } from '../../src/store/domains.ts';
import { writeSetting } from '../../src/store/settings.ts';
import { aDefinition, addAttributes, everyType } from '../support/customAttributes.ts';
import { aDomain } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { testDeps } from '../support/testDeps.ts';

const noCheck = async () => ({});

describe('people/customAttributes', () => {
  withStores((open) => {
    it('adds, changes and removes attributes, which are in force at once', async () => {
      const deps = await testDeps({ store: await open() });
      const { db } = deps.store;
      expect(deps.attributes.list).to.equal(personAttributes);
      const [first, second] = await addAttributes(deps, { name: 'one' }, { name: 'two', type: 'number' });
      if (!first || !second) throw new Error('not added');
      expect(deps.attributes.list.slice(-2).map(({ name }) => name)).to.deep.equal(['one', 'two']);
      const saved = await saveCustomAttribute(deps, first.id, { ...first, label: 'First', name: 'other' }, noCheck);
      expect(saved)
        .to.have.nested.property('value.after')
        .that.deep.equals({ ...first, label: 'First' });
      expect(deps.attributes.list.at(-2)).to.include({ name: 'one', label: 'First' });
      expect(await deleteCustomAttribute(deps, first.id)).to.include({ name: 'one' });
      expect(await listCustomAttributes(db)).to.deep.equal([second]);
      await deleteCustomAttribute(deps, second.id);
      expect(deps.attributes.list).to.equal(personAttributes);
      for (const attempt of [getCustomAttribute(db, second.id), deleteCustomAttribute(deps, second.id)])
        expect(await attempt.catch((error: unknown) => error)).to.be.instanceOf(NotFound);
    });

    it('shows a change to other processes with their next request', async () => {
      const store = await open();
      const [one, other] = [await testDeps({ store }), await testDeps({ store })];
      await insertDomain(store.db, aDomain({ url: 'https://intranet.acme.com' }));
      const version = async () => (await findDomainByHost(store.db, 'intranet.acme.com'))?.attributesVersion;
      expect(await version()).to.equal(0);
      await addAttributes(one, { name: 'one' });
      await refreshAttributes(other, await version());
      expect(other.attributes.list.at(-1)).to.include({ name: 'one' });
      const { list } = other.attributes;
      await refreshAttributes(other, await version());
      expect(other.attributes.list).to.equal(list);
    });

    it('refuses a change that another one overtook', async () => {
      const deps = await testDeps({ store: await open() });
      const [first] = await addAttributes(deps, { name: 'one' });
      const overtake = async () => {
        await addAttributes(deps, { name: 'two' });
        return {};
      };
      const saved = saveCustomAttribute(deps, first?.id ?? '', { ...aDefinition }, overtake);
      expect(await saved.catch((error: unknown) => error)).to.be.instanceOf(Conflict);
      expect(await listCustomAttributes(deps.store.db)).to.have.lengthOf(2);
    });

    it('refuses more than a hundred', async () => {
      const deps = await testDeps({ store: await open() });
      const attributes = Array.from({ length: MAX_CUSTOM }, (_, index) => ({ ...aDefinition, name: `n${index}` }));
      await writeSetting(deps.store.db, 'customAttributes', { version: 1, attributes });
      expect(await addCustomAttribute(deps, aDefinition)).to.deep.equal({
        ok: false,
        errors: { '': 'There are 100 attributes already. Remove one that is no longer needed first.' },
      });
    });
  });

  it('reads a form with values of each type, and keeps them when it is saved without a change', async () => {
    const deps = await testDeps();
    const ids = (await addAttributes(deps, ...everyType)).map(({ id }) => id);
    const { list } = deps.attributes;
    const texts: Record<string, string> = {
      onetext: ' A ',
      manytext: 'a\n\n b \na',
      onenumber: '12.50',
      manynumber: '1\n-2',
      onedate: '2026-03-31',
      manydate: '2026-03-31',
      onechoice: 'large',
      manychoice: 'Small\nLARGE',
      onelink: 'https://acme.example',
      manylink: 'https://acme.example',
      oneperson: 'p1',
      manyperson: 'p1\np2',
    };
    const read = readPersonInput(
      { ...personInputOf(emptyPerson, list), userName: 'anna', ...texts },
      emptyPerson,
      list,
    );
    if (!read.ok) throw new Error(JSON.stringify(read.errors));
    const { custom = {} } = read.value.profile;
    expect(ids.map((id) => custom[id])).to.deep.equal([
      'A',
      [{ value: 'a' }, { value: 'b' }],
      12.5,
      [{ value: 1 }, { value: -2 }],
      '2026-03-31',
      [{ value: '2026-03-31' }],
      'Large',
      [{ value: 'Small' }, { value: 'Large' }],
      'https://acme.example',
      [{ value: 'https://acme.example' }],
      { value: 'p1' },
      [{ value: 'p1' }, { value: 'p2' }],
    ]);
    expect(readPersonInput(personInputOf(read.value, list), read.value, list)).to.deep.equal(read);
    const cleared = {
      ...personInputOf(read.value, list),
      ...Object.fromEntries(Object.keys(texts).map((n) => [n, ''])),
    };
    expect(readPersonInput(cleared, read.value, list)).to.have.nested.property('value.profile').that.is.empty;
  });

  it('says beside the field what is wrong with a value, and names it among several', async () => {
    const deps = await testDeps();
    await addAttributes(deps, ...everyType);
    const { list } = deps.attributes;
    const errorOf = (name: string, text: string) => {
      const read = readPersonInput(
        { ...personInputOf(emptyPerson, list), userName: 'a', [name]: text },
        emptyPerson,
        list,
      );
      return read.ok ? undefined : read.errors[name];
    };
    expect(errorOf('onenumber', '1,5')).to.equal('Enter a number such as 12 or -3.5, with at most 15 digits.');
    expect(errorOf('onenumber', '1e3')).to.equal('Enter a number such as 12 or -3.5, with at most 15 digits.');
    const numbers = ['999999999999999', '0.0000000001', '-0000012.5', '12345.6789012345', '+7'];
    for (const text of numbers) expect(errorOf('onenumber', text), text).to.equal(undefined);
    for (const text of ['1234567890123456', '123456789012345.1', '0.00000000001', '.5', '5.', 'NaN', '0x1f'])
      expect(errorOf('onenumber', text), text).to.include('at most 15 digits');
    expect(errorOf('manynumber', '1\nx')).to.equal('“x”: Enter a number such as 12 or -3.5, with at most 15 digits.');
    expect(errorOf('onechoice', 'Medium')).to.equal('Use one of: Small, Large.');
    expect(errorOf('onetext', 'x'.repeat(1_024))).to.equal(undefined);
    expect(errorOf('onetext', 'x'.repeat(1_025))).to.equal('Use at most 1,024 characters.');
    expect(errorOf('onetext', 'a\nb')).to.equal('Control characters are not allowed.');
    const lines = (count: number) => Array.from({ length: count }, (_, index) => index).join('\n');
    expect(errorOf('manytext', lines(200))).to.equal(undefined);
    expect(errorOf('manytext', lines(201))).to.equal('Use at most 200 values.');
  });

  it('shows small numbers as they are entered', async () => {
    const deps = await testDeps();
    const [number] = await addAttributes(deps, { name: 'share', type: 'number' });
    const person = { ...emptyPerson, userName: 'a', profile: { custom: { [number?.id ?? '']: 1e-10 } } };
    expect(personInputOf(person, deps.attributes.list).share).to.equal('0.0000000001');
  });

  it('finds people by searchable attributes only, beside all standard ones', async () => {
    const deps = await testDeps();
    const [found, hidden] = await addAttributes(deps, { name: 'one', searchable: true }, { name: 'two' });
    const displayName = Array.from({ length: 24 }, (_, index) => `word${index}`).join(' ');
    const custom = { [found?.id ?? '']: 'Zebra crossing', [hidden?.id ?? '']: 'secret' };
    const words = searchWordsOf({ ...emptyPerson, displayName, profile: { custom } }, deps.attributes.list);
    expect(words).to.have.lengthOf(26);
    expect(words).to.include.members(['word23', 'zebra', 'crossing']).and.not.include('secret');
  });
});
