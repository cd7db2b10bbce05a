import { expect } from 'chai';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { cellsOf, errorsByHeader, exportPeople, flagOf, headerOf, withCells } from '../../src/people/csv.ts';
import { readPersonInput } from '../../src/people/form.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';

describe('people/csv', () => {
  it('recognizes headers in any case, with spaces and signs, and by other names', () => {
    for (const header of ['givenName', 'Given Name', 'given_name', 'FIRSTNAME'])
      expect(headerOf(header, personAttributes)).to.equal('givenName');
    expect(headerOf('E-Mail Address', personAttributes)).to.equal('email');
    expect(headerOf('City', personAttributes)).to.equal('locality');
    expect(headerOf('shoe size', personAttributes)).to.equal(undefined);
  });

  it('changes only the values with a cell', () => {
    const before = {
      ...emptyPerson,
      userName: 'anna.berg',
      title: 'Clerk',
      profile: {
        emails: [{ value: 'anna@acme.com', type: 'work', primary: true }, { value: 'anna@home.example' }],
        phoneNumbers: [{ value: '1', type: 'work' }],
        addresses: [{ formatted: 'A', type: 'home' }],
      },
    };
    const cells = { title: '', email: 'ANNA@home.example', mobilePhone: '2', locality: 'Oslo', active: 'no' };
    const read = readPersonInput(withCells(before, cells, personAttributes), before, personAttributes);
    expect(read.ok && read.value).to.deep.equal({
      ...before,
      active: false,
      email: 'anna@home.example',
      profile: {
        emails: [
          { value: 'anna@acme.com', type: 'work' },
          { value: 'anna@home.example', primary: true },
        ],
        phoneNumbers: [
          { value: '1', type: 'work' },
          { value: '2', type: 'mobile' },
        ],
        addresses: [
          { formatted: 'A', type: 'home' },
          { formatted: 'Oslo', type: 'work', locality: 'Oslo' },
        ],
      },
    });
  });

  it('replaces the primary e-mail address with a new one', () => {
    const before = {
      ...emptyPerson,
      profile: { emails: [{ value: 'a@acme.com', type: 'home' }, { value: 'b@acme.com' }] },
    };
    expect(withCells(before, { email: 'c@acme.com' }, personAttributes).emails).to.deep.equal([
      { value: 'c@acme.com', type: 'home', primary: 'yes' },
      { value: 'b@acme.com', type: '' },
    ]);
  });

  it('reads yes and no in several ways', () => {
    for (const text of ['yes', 'TRUE', '1', 'y', 'active']) expect(flagOf(text), text).to.equal(true);
    for (const text of ['no', 'False', '0', 'n', 'inactive']) expect(flagOf(text), text).to.equal(false);
    for (const text of ['', 'perhaps']) expect(flagOf(text), text).to.equal(undefined);
  });

  it('names errors by the column', () => {
    expect(errorsByHeader({ 'emails.0': 'x', userName: 'y', '': 'z' }, personAttributes)).to.deep.equal({
      email: 'x',
      userName: 'y',
      '': 'z',
    });
  });

  it('exports people with the user name of their manager', async () => {
    const deps = await testDeps();
    const boss = aUser({ userName: 'boss', displayName: 'Boss' });
    const enterprise = { manager: { value: boss.id } };
    const anna = aUser({ userName: 'anna.berg', displayName: 'Anna', profile: { enterprise } });
    for (const user of [boss, anna]) await insertUser(deps.store.db, user, null);
    expect(await Array.fromAsync(exportPeople(deps, {}))).to.deep.equal([
      cellsOf(anna, 'boss', personAttributes),
      cellsOf(boss, '', personAttributes),
    ]);
    expect(cellsOf(anna, 'boss', personAttributes)).to.include({
      manager: 'boss',
      displayName: 'Anna',
      active: 'yes',
      email: '',
    });
  });
});
