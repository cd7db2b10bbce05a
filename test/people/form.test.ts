import { expect } from 'chai';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { onlyChangesOf, type PersonInput, personInputOf, readPersonInput } from '../../src/people/form.ts';

describe('people/form', () => {
  const person = { ...emptyPerson, userName: 'anna.berg' };

  it('requires a user name and a known user type', () => {
    expect(errorsOf(withTexts({ userName: ' ' }))).to.deep.equal({ userName: 'Enter a user name.' });
    expect(errorsOf(withTexts({ userType: '' }))).to.have.property('userType');
    expect(errorsOf(withTexts({ userType: 'Boss' }))).to.have.property('userType');
    const odd = { ...person, userType: 'Boss' };
    expect(readPersonInput(personInputOf(odd, personAttributes), odd, personAttributes)).to.include({ ok: true });
  });

  it('trims texts, and removes emptied values with their empty objects', () => {
    const before = { ...person, title: 'Clerk', profile: { interact: { bio: 'Old' }, nickName: 'A' } };
    const input = personInputOf(before, personAttributes);
    Object.assign(input, { title: ' ', bio: '', nickName: ' Änni ' });
    expect(readPersonInput(input, before, personAttributes)).to.deep.equal({
      ok: true,
      value: { ...before, title: null, profile: { nickName: 'Änni' } },
    });
    expect(before.profile.interact.bio).to.equal('Old');
  });

  it('refuses a value that is listed twice, and more than 20 values', () => {
    const input = personInputOf(person, personAttributes);
    input.phoneNumbers = ['1', '2', '1'].map((value) => ({ value, type: '' }));
    expect(errorsOf(input)).to.deep.equal({ 'phoneNumbers.2': 'This value is listed twice.' });
    input.phoneNumbers = Array.from({ length: 21 }, (_, n) => ({ value: `${n}`, type: '' }));
    expect(errorsOf(input)).to.deep.equal({ phoneNumbers: 'Use at most 20.' });
  });

  it('refuses an invalid e-mail address, unless it was there before', () => {
    const input = personInputOf(person, personAttributes);
    input.emails = [{ value: 'anna', type: 'work', primary: 'yes' }];
    expect(errorsOf(input)).to.have.property('emails.0');
    const before = { ...person, profile: { emails: [{ value: 'anna' }] } };
    expect(readPersonInput(input, before, personAttributes)).to.include({ ok: true });
  });

  it('keeps the further parts of values, and the main photo beside others', () => {
    const profile = {
      phoneNumbers: [{ value: '1', display: 'One', type: 'work', primary: true }],
      photos: [{ value: 'https://acme.example/1.png' }, { value: 'https://acme.example/2.png', primary: true }],
    };
    const input = personInputOf({ ...person, profile }, personAttributes);
    input.photo = 'https://acme.example/3.png';
    const read = readPersonInput(input, { ...person, profile }, personAttributes);
    expect(read.ok && read.value.profile).to.deep.equal({
      phoneNumbers: [{ value: '1', display: 'One', type: 'work', primary: true }],
      photos: [
        { type: 'photo', value: 'https://acme.example/3.png', primary: true },
        { value: 'https://acme.example/1.png' },
      ],
    });
  });

  it('changes only the given attributes of a form', () => {
    const input = withTexts({ title: 'Boss', userType: 'Power User' });
    input.omitFromSearch = true;
    input.active = false;
    const some = personAttributes.filter(({ name }) => name === 'userType' || name === 'omitFromSearch');
    const read = readPersonInput(onlyChangesOf(some, input, person, personAttributes), person, personAttributes);
    const profile = { interact: { omitFromSearch: true } };
    expect(read).to.deep.equal({ ok: true, value: { ...person, userType: 'Power User', profile } });
  });

  function withTexts(texts: Record<string, string>): PersonInput {
    return { ...personInputOf(person, personAttributes), ...texts };
  }

  function errorsOf(input: PersonInput): Record<string, string> {
    const read = readPersonInput(input, person, personAttributes);
    return read.ok ? {} : read.errors;
  }
});
