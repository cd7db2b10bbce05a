import { expect } from 'chai';
import { type Client, startAsPowerUser } from '../../support/client.ts';
import { errorOf, fieldsOfForm } from '../support/formFields.ts';

const LIST = '/settings/people';

describe('admin/people/new', () => {
  let client: Client;

  beforeEach(async () => {
    ({ client } = await startAsPowerUser({ givenName: 'Maya' }));
  });

  it('adds a person and opens their form', async () => {
    const added = await client.post(`${LIST}/new`, {
      userName: 'anna.berg',
      givenName: 'Anna',
      userType: 'Intranet User',
    });
    expect(added.status).to.equal(303);
    const page = await client.follow(added);
    expect(page.text).to.contain('Anna was added to the People Directory.');
    const saved = await client.post(added.location ?? '', {
      ...fieldsOfForm(page.text, added.location ?? ''),
      title: 'Clerk',
    });
    expect((await client.follow(saved)).text).to.contain('Saved: job title.');
  });

  it('asks for what is needed first, and opens the sections with input or errors', async () => {
    const page = (await client.get(`${LIST}/new`)).text;
    const places = [
      'id="givenName"',
      'id="userName"',
      'emails.0.value',
      'name="userType"',
      'id="password"',
      'name="forcePasswordReset"',
      '<details',
    ];
    expect(places.map((place) => page.indexOf(place))).to.deep.equal(
      places.map((place) => page.indexOf(place)).toSorted((one, other) => one - other),
    );
    expect(openSections(page)).to.deep.equal([]);
    const sent = { userName: 'anna', userType: 'Intranet User', title: 'Clerk', timezone: 'Mars/Olympus' };
    const refused = await client.post(`${LIST}/new`, {
      ...sent,
      'phoneNumbers.lines': '1',
      'phoneNumbers.0.value': '1',
    });
    expect(openSections(refused.text)).to.deep.equal(['Contact', 'Work', 'About']);
  });

  it('keeps the input and shows the error of each field', async () => {
    const refused = await client.post(`${LIST}/new`, {
      userName: 'MAYA.koch',
      givenName: '<Anna>',
      userType: 'Intranet User',
    });
    expect(refused.status).to.equal(422);
    expect(errorOf(refused.text, 'userName')).to.equal('This user name is already taken.');
    expect(refused.text).to.contain('value="&lt;Anna&gt;"');
    const short = await client.post(`${LIST}/new`, { userName: 'anna', userType: 'Intranet User', password: 'short' });
    expect(errorOf(short.text, 'password')).to.equal('Use at least 12 characters.');
    expect(short.text).not.to.contain('value="short"');
  });
});

function openSections(page: string): string[] {
  return [...page.matchAll(/ open>\s*<summary class="card-header"><span[^>]*>([^<]*)</g)].map(
    ([, title = '']) => title,
  );
}
