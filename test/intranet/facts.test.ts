import { expect } from 'chai';
import { allFacts, factsForColleagues, photoOf } from '../../src/intranet/facts.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { aUser } from '../support/rows.ts';

const PNG = 'data:image/png;base64,iVBORw0KGgo=';

// For who sees which attribute, see test/people/attributes.test.ts.
describe('intranet/facts', () => {
  it('shows values with their type, the primary one first, as links', () => {
    const emails = [
      { value: 'a@home.example', type: 'home' },
      { value: 'a@acme.com', type: 'work', primary: true },
    ];
    const phoneNumbers = [{ value: '+49 30 1', display: 'Front desk' }];
    const [contact] = factsForColleagues(aUser({ profile: { emails, phoneNumbers } }), personAttributes, new Map());
    expect(contact).to.deep.equal({
      title: 'Contact',
      facts: [
        { label: 'E-mail (work)', value: 'a@acme.com', href: 'mailto:a@acme.com' },
        { label: 'E-mail (home)', value: 'a@home.example', href: 'mailto:a@home.example' },
        { label: 'Phone', value: 'Front desk', href: 'tel:+49301' },
      ],
    });
  });

  it('writes an address in one line', () => {
    const addresses = [
      { type: 'work', streetAddress: '1 A', postalCode: '2', locality: 'B' },
      { formatted: 'At the sea' },
    ];
    const facts = allFacts(aUser({ profile: { addresses } }), personAttributes, new Map()).flatMap(
      (section) => section.facts,
    );
    expect(facts).to.deep.include({ label: 'Address (work)', value: '1 A, 2 B' });
    expect(facts).to.deep.include({ label: 'Address', value: 'At the sea' });
  });

  it('links only web addresses', () => {
    const facts = (profileUrl: string) =>
      factsForColleagues(aUser({ profile: { profileUrl } }), personAttributes, new Map())[0]?.facts[0];
    expect(facts('https://acme.example')).to.include({ href: 'https://acme.example/' });
    for (const value of ['javascript:alert(1)', 'data:text/html,x', 'https://'])
      expect(facts(value)).not.to.have.property('href');
  });

  it('shows only a photo that is in the value itself', () => {
    const photo = (...photos: { value: string; primary?: boolean }[]) => photoOf(aUser({ profile: { photos } }));
    expect(photo({ value: 'https://photos.example/a.jpg' })).to.equal(undefined);
    expect(photo({ value: 'data:image/svg+xml;base64,AA==' })).to.equal(undefined);
    expect(photo({ value: PNG })).to.equal(PNG);
    expect(photo({ value: 'data:image/gif;base64,AA==' }, { value: PNG, primary: true })).to.equal(PNG);
  });
});
