import { expect } from 'chai';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import {
  canTakeAway,
  changedAttributes,
  editableBy,
  keepValue,
  learnable,
  leavesOut,
  locksOf,
  offeredTo,
  ownedNames,
  ownerOf,
  ownershipWith,
  owns,
} from '../../src/people/ownership.ts';
import { aSource, aUser } from '../support/rows.ts';

const attribute = (name: string) => {
  const found = personAttributes.find((one) => one.name === name);
  if (!found) throw new Error(name);
  return found;
};

describe('people/ownership', () => {
  const managing = aSource({ id: 'managing', ownership: ' title emails -bio ' });
  const writer = aSource({ id: 'writer', ownership: ' bio title ' });
  const person = aUser({ sourceId: 'managing', profile: { writers: ['writer'] } });
  const sources = [managing, writer];

  it('adds what is learned once, and does not learn again what was taken away', () => {
    expect(learnable(managing, ['title', 'bio', 'department', 'userName'])).to.deep.equal(['department']);
    expect(ownershipWith(' ', { added: ['title'] })).to.equal(' title ');
    expect(ownershipWith(' title ', { added: ['title', 'bio'] })).to.equal(' title bio ');
    expect(ownershipWith(' title bio ', { taken: ['bio'] })).to.equal(' title -bio ');
    expect(ownershipWith(' -bio ', { added: ['bio'] })).to.equal(' bio ');
    expect(ownershipWith(' ', { added: ['userName'], taken: ['active'] })).to.equal(' ');
    expect(ownedNames(managing)).to.deep.equal({ owned: ['userName', 'active', 'title', 'emails'], leftOut: ['bio'] });
    expect([owns(managing, 'bio'), leavesOut(managing, 'bio'), leavesOut(managing, 'title')]).to.deep.equal([
      false,
      true,
      false,
    ]);
    expect([owns(managing, 'tit'), canTakeAway('userName'), canTakeAway('userType')]).to.deep.equal([
      false,
      false,
      true,
    ]);
  });

  it('finds the owner: the managing source first, and for identity only that one', () => {
    const ownerOfName = (name: string, asking?: string) => ownerOf(sources, person, attribute(name), asking)?.id;
    expect(ownerOfName('title')).to.equal('managing');
    expect(ownerOfName('title', 'managing')).to.equal('writer');
    expect(ownerOfName('bio')).to.equal('writer');
    expect(ownerOfName('department')).to.equal(undefined);
    for (const name of ['userName', 'active', 'userType', 'externalId', 'emails', 'loginType', 'forcePasswordReset'])
      expect(ownerOfName(name, 'writer'), name).to.equal('managing');
    const disabled = [{ ...managing, active: false }, writer];
    expect(ownerOf(disabled, person, attribute('title'))?.id).to.equal('writer');
    expect(ownerOf(disabled, person, attribute('userName'))?.id).to.equal('managing');
  });

  it('locks for screens what active sources own that have written the person, and the user name', () => {
    const locked = (all = sources, of = person) =>
      [...locksOf(all, of, personAttributes)].map(([name, { id }]) => `${name} ${id}`).sort();
    expect(locked()).to.deep.equal([
      'active managing',
      'bio writer',
      'emails managing',
      'title managing',
      'userName managing',
    ]);
    expect(locked([...sources, aSource({ id: 'stranger', ownership: ' department ' })])).to.deep.equal(locked());
    expect(
      locked([
        { ...managing, active: false },
        { ...writer, active: false },
      ]),
    ).to.deep.equal(['active managing', 'userName managing']);
    expect(locked(sources, aUser())).to.deep.equal([]);
  });

  it('does not lock who a person is for a source that may not write it', () => {
    const writing = aSource({ id: 'writer', ownership: ' emails externalId bio ' });
    const locks = locksOf([aSource({ id: 'managing' }), writing], person, personAttributes);
    expect([...locks.keys()].sort()).to.deep.equal(['active', 'bio', 'userName']);
  });

  it('offers a person a part of what it offers Power Users, without what is locked', () => {
    const locks = locksOf(sources, person, personAttributes);
    const names = (list: typeof personAttributes) => list.map(({ name }) => name);
    const own = names(editableBy('self', personAttributes, locks));
    expect(own).to.include.members([
      'phoneNumbers',
      'timezone',
      'photo',
      'pronouns',
      'linkedInId',
      'preferredLanguage',
    ]);
    expect(own).to.not.include.members(['bio']);
    for (const name of ['userName', 'emails', 'userType', 'displayName', 'manager', 'externalId', 'title'])
      expect(names(offeredTo('self', personAttributes)), name).not.to.include(name);
    const all = names(editableBy('powerUser', personAttributes, locks));
    expect(all).to.include.members(['userType', 'omitFromSearch', 'department']).and.not.to.include('title');
  });

  it('tells changes from what is the same, and keeps single values', () => {
    const before = { ...emptyPerson, title: 'Boss', email: 'a@acme.com' };
    const after = { ...before, title: null, profile: { emails: [{ value: 'b@acme.com' }] }, email: 'b@acme.com' };
    expect(changedAttributes(before, after, personAttributes).map(({ name }) => name)).to.deep.equal([
      'emails',
      'title',
    ]);
    for (const name of ['emails', 'title']) keepValue(after, attribute(name), before);
    expect(changedAttributes(before, after, personAttributes)).to.deep.equal([]);
    expect(after.email).to.equal('a@acme.com');
  });
});
