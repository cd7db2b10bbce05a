import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { addFirstPowerUser, createSetupLink } from '../../src/login/firstPowerUser.ts';
import { logInLocally } from '../../src/login/localLogin.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { personAttributes } from '../../src/people/attributes.ts';
import { type PersonInput, personInputOf } from '../../src/people/form.ts';
import { EMAIL_IS_USER_NAME, takenNames, USER_NAME_IS_EMAIL } from '../../src/people/loginNames.ts';
import { addPerson as addByForm, changePerson } from '../../src/people/users.ts';
import { emailsOf, findUserByUserName, findUsersByUserNameOrEmail } from '../../src/store/users.ts';
import { type Printed, runCli } from '../cli/support/runCli.ts';
import { patch } from '../scim/support/patch.ts';
import { openScimServer, type ScimServer } from '../scim/support/scimServer.ts';
import { addPerson, testPassword } from '../support/anteroom.ts';
import { aUser, insertUser } from '../support/rows.ts';
import { withStores } from '../support/stores.ts';
import { tempFolder } from '../support/tempFolder.ts';

describe('people/loginNames', () => {
  withStores((open) => {
    let scim: ScimServer;

    beforeEach(async () => {
      scim = await openScimServer(await open());
    });

    describe('a user name that is the e-mail address of another person, and the reverse', () => {
      beforeEach(async () => {
        await addPerson(scim.deps, { userName: 'ada@acme.com', email: 'countess@acme.com' });
      });

      it('is an error of the field on the form', async () => {
        const { deps } = scim;
        for (const name of ['countess@acme.com', 'COUNTESS@acme.com ', 'countess\u200b@acme.com'])
          expect(await addByForm(deps, form({ userName: name }))).to.deep.equal(
            errors({ userName: USER_NAME_IS_EMAIL }),
          );
        const mails = ['ben@acme.com', 'Ada@Acme.com'].map((value) => ({ value, type: 'work' }));
        const taken = errors({ 'emails.1': EMAIL_IS_USER_NAME });
        expect(await addByForm(deps, form({ userName: 'ben', emails: mails }))).to.deep.equal(taken);
        const ben = await addPerson(deps, { userName: 'ben' });
        const change = (input: PersonInput) =>
          changePerson(deps, ben.id, ben.version, { ...personInputOf(ben, personAttributes), ...input });
        expect(await change({ userName: 'countess@acme.com' })).to.deep.equal(errors({ userName: USER_NAME_IS_EMAIL }));
        expect(await change({ emails: mails })).to.deep.equal(taken);
      });

      it('is an error of the line in a CSV file, also within the file', async () => {
        const { complained } = await csv(
          'userName,email\ncountess@acme.com,\nben,ada@acme.com\ncleo@acme.com,\ndora,cleo@acme.com\nemil,emil@acme.com\n',
        );
        expect(complained.split('\n')).to.deep.equal([
          `Warning: Line 2 was skipped: userName “countess@acme.com”: ${USER_NAME_IS_EMAIL}`,
          `Warning: Line 3 was skipped: email “ada@acme.com”: ${EMAIL_IS_USER_NAME}`,
          'Warning: Line 5 was skipped: email “cleo@acme.com”: Line 4 has this user name.',
        ]);
        expect(await names('cleo@acme.com', 'emil')).to.deep.equal(['cleo@acme.com', 'emil']);
      });

      it('is refused on the command line', async () => {
        const { deps } = scim;
        const options = ['user', 'add', '--user-name'];
        expect((await runCli(deps, [...options, 'countess@acme.com'])).complained).to.contain(USER_NAME_IS_EMAIL);
        expect((await runCli(deps, [...options, 'ben', '--email', 'ada@acme.com'])).complained).to.contain(
          `--email: ${EMAIL_IS_USER_NAME}`,
        );
      });

      it('is 409 uniqueness with a sentence for a SCIM client', async () => {
        const { id } = (await scim.call('POST', '/Users', { userName: 'ben' })).body;
        const emails = [{ value: 'ben@acme.com' }, { value: 'ADA@acme.com' }];
        for (const [method, path, body, detail] of [
          ['POST', '/Users', { userName: 'Countess@acme.com' }, /^This userName is the e-mail address/],
          ['POST', '/Users', { userName: 'cleo', emails }, /^An e-mail address of this person/],
          ['PUT', `/Users/${id}`, { userName: 'countess@acme.com' }, /^This userName is/],
          ['PUT', `/Users/${id}`, { userName: 'ben', emails }, /^An e-mail/],
          ['PATCH', `/Users/${id}`, replaced('userName', 'countess@ACME.com'), /^This userName/],
          ['PATCH', `/Users/${id}`, replaced('emails[type eq "work"].value', 'ada@acme.com'), /^An e-mail/],
        ] as const) {
          const reply = await scim.call(method, path, body);
          expect(reply.status, reply.text).to.equal(409);
          expect(reply.body.scimType).to.equal('uniqueness');
          expect(reply.body.detail).to.match(detail);
        }
        expect((await scim.call('GET', `/Users/${id}`)).body).to.include({ userName: 'ben' });
      });

      it('is allowed if both are of one person, and e-mail addresses may be shared', async () => {
        const emails = [{ value: 'ben@acme.com' }, { value: 'countess@acme.com' }];
        const created = await scim.call('POST', '/Users', { userName: 'ben@acme.com', emails });
        expect(created.status, created.text).to.equal(201);
        const changed = await scim.call('PATCH', `/Users/${created.body.id}`, replaced('title', 'T'));
        expect(changed.status).to.equal(200);
      });
    });

    it('does not check names that did not change: both may have been stored before there was this rule', () => {
      const [ada, before] = [aUser({ userName: 'ada@acme.com' }), aUser({ email: 'Ada@acme.com' })];
      const owners = { userNames: new Map([['ada@acme.com', ada]]), emails: new Map() };
      expect(takenNames(owners, { ...before, email: 'ada@acme.com' }, before)).to.deep.equal({});
      expect(takenNames(owners, { ...before, email: 'ada@acme.com' })).to.deep.equal({
        'emails.0': EMAIL_IS_USER_NAME,
      });
    });

    it('lets only one of two requests at once have a name', async () => {
      for (let index = 0; index < 25; index += 1) {
        const name = `name${index}@acme.com`;
        const replies = await Promise.all([
          scim.call('POST', '/Users', { userName: name }),
          scim.call('POST', '/Users', { userName: `other${index}`, emails: [{ value: name }] }),
        ]);
        expect(replies.map(({ status }) => status).sort()).to.deep.equal([201, 409]);
        expect(await findUsersByUserNameOrEmail(scim.deps.store.db, name)).to.have.lengthOf(1);
      }
    });

    it('stores names in one form on every path, and finds people by them', async () => {
      const { deps } = scim;
      const userName = '  re\u0301ne\u0301e\u200b.k\u202e\t';
      const mail = (n: string) => ` Re\u0301ne\u0301e\ufeff${n}@acme.com `;
      const paths: Record<string, (n: string) => Promise<unknown>> = {
        form: (n) => addByForm(deps, form({ userName: userName + n, emails: [{ value: mail(n), type: 'work' }] })),
        CSV: (n) => csv(`userName,email\n"${userName}${n}","${mail(n)}"\n`),
        'setup page': async (n) => {
          const token = (await createSetupLink(deps))?.split('/').at(-1) ?? '';
          const input = form({ userName: userName + n, emails: [{ value: mail(n), type: 'work' }] });
          return addFirstPowerUser(deps, token, input, testPassword);
        },
        'command line': (n) => runCli(deps, ['user', 'add', '--user-name', userName + n, '--email', mail(n)]),
        POST: (n) => scim.call('POST', '/Users', { userName: userName + n, emails: [{ value: mail(n) }] }),
        PUT: async (n) => {
          const { id } = (await scim.call('POST', '/Users', { userName: 'put' })).body;
          return scim.call('PUT', `/Users/${id}`, { userName: userName + n, emails: [{ value: mail(n) }] });
        },
        PATCH: async (n) => {
          const { id } = (await scim.call('POST', '/Users', { userName: 'patch' })).body;
          const value = { userName: userName + n, 'emails[type eq "work"].value': mail(n) };
          return scim.call('PATCH', `/Users/${id}`, patch({ op: 'add', value }));
        },
      };
      for (const [index, [name, write]] of Object.entries(paths).entries()) {
        const done = await write(String(index));
        const user = await findUserByUserName(deps.store.db, `r\u00e9n\u00e9e.k${index}`);
        expect(user?.userName, `${name} ${JSON.stringify(done)}`).to.equal(`r\u00e9n\u00e9e.k${index}`);
        expect(user && emailsOf(user), name).to.deep.equal([`R\u00e9n\u00e9e${index}@acme.com`]);
        const filter = encodeURIComponent(`emails.value eq "re\u0301ne\u0301e${index}@acme.com" and active eq true`);
        expect((await scim.call('GET', `/Users?filter=${filter}`)).body.totalResults, name).to.equal(1);
      }
    });

    it('brings a name that was stored in another form into this form with the next change', async () => {
      const { deps } = scim;
      const old = aUser({
        userName: 'rene\u0301e',
        profile: { emails: [{ value: 'rene\u0301e\u200b@acme.com', type: 'work' }] },
      });
      await insertUser(deps.store.db, old, null);
      const { body } = await scim.call('PATCH', `/Users/${old.id}`, replaced('title', 'T'));
      expect(body).to.deep.include({
        userName: 'ren\u00e9e',
        emails: [{ value: 'ren\u00e9e@acme.com', type: 'work' }],
      });
    });

    it('lets people log in with a name in another form, but with nothing that is not seen', async () => {
      const { deps } = scim;
      await addPerson(deps, { userName: 'r\u00e9n\u00e9e' });
      for (const [name, ok] of [
        ['RE\u0301NE\u0301E', true],
        ['r\u00e9n\u00e9e\u200b', false],
        ['r\u00e9n\u202e\u00e9e', false],
      ] as const)
        expect((await logInLocally(deps, name, testPassword, '192.0.2.1')).ok, name).to.equal(ok);
    });

    it('refuses a name that consists of nothing that is seen', async () => {
      expect(await addByForm(scim.deps, form({ userName: '\u200b\u202e' }))).to.deep.equal(
        errors({ userName: 'Enter a user name.' }),
      );
      const reply = await scim.call('POST', '/Users', { userName: '\u200b\u202e' });
      expect(reply.body).to.include({ status: '400', scimType: 'invalidValue' });
    });

    function csv(text: string): Promise<Printed> {
      const file = join(tempFolder(), 'people.csv');
      writeFileSync(file, text);
      return runCli(scim.deps, ['people', 'import', file]);
    }

    async function names(...userNames: string[]): Promise<(string | undefined)[]> {
      const found = await Promise.all(userNames.map((name) => findUserByUserName(scim.deps.store.db, name)));
      return found.map((user) => user?.userName);
    }
  });
});

function form(input: PersonInput): PersonInput {
  return { ...personInputOf(emptyPerson, personAttributes), ...input };
}

function errors(fields: Record<string, string>) {
  return { ok: false, errors: fields };
}

function replaced(path: string, value: unknown) {
  return patch({ op: 'replace', path, value });
}
