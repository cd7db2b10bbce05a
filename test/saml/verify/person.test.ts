import { expect } from 'chai';
import { createLogin, type LoginContext, runAsyncChecks } from '../../../src/saml/verify/check.ts';
import { loginChecks } from '../../../src/saml/verify/pipeline.ts';
import type { ProviderSettings } from '../../../src/store/identityProviders.ts';
import { addPerson } from '../../support/anteroom.ts';
import { aProvider } from '../../support/rows.ts';
import { type TestDeps, testDeps } from '../../support/testDeps.ts';
import { encode, honest } from '../corpus/hostile.ts';
import { verifyField } from '../support/context.ts';

const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient';
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress';
const personChecks = loginChecks.use.slice(2);

type Asserted = { nameId?: string; format?: string; attributes?: Record<string, string[]> };

describe('the checks of the person', () => {
  let deps: TestDeps;

  beforeEach(async () => {
    deps = await testDeps();
    await addPerson(deps, { userName: 'ada', email: 'ada@acme.com', externalId: 'x-1' });
    await addPerson(deps, { userName: 'ben', email: 'ben@acme.com', externalId: 'x-2' });
  });

  it('find the person by the attribute of the directory that the provider is set to', async () => {
    const cases: [ProviderSettings['match'], string, string | undefined][] = [
      ['userName', 'ADA', 'ada'],
      ['userName', 'ada@acme.com', undefined],
      ['email', 'Ada@Acme.com', 'ada'],
      ['email', 'ada', undefined],
      ['externalId', 'x-2', 'ben'],
      ['externalId', 'X-2', undefined],
      ['userNameOrEmail', 'ben', 'ben'],
      ['userNameOrEmail', 'ben@acme.com', 'ben'],
    ];
    for (const [match, nameId, userName] of cases) {
      const { user, refusal } = await find({ nameId }, { match });
      expect([user?.userName, refusal?.reason], `${nameId} by ${match}`).to.deep.equal([
        userName,
        userName === undefined ? 'person_unknown' : undefined,
      ]);
    }
  });

  it('find a person by their name in another form, but by no name that contains what shows nothing', async () => {
    await addPerson(deps, { userName: 'ren\u00e9e.klaus' });
    const cases: [string, string | undefined][] = [
      ['RENE\u0301E.Klaus', 'ren\u00e9e.klaus'],
      ['\n    ada\n  ', 'ada'],
      ['ada\u200b', undefined],
      ['\u202eada', undefined],
      ['ada\ufeff', undefined],
      ['a\tda', undefined],
      ['ren\u00e9e.\u212alaus', undefined],
    ];
    for (const [nameId, userName] of cases)
      for (const match of ['userName', 'userNameOrEmail'] as const)
        expect((await find({ nameId }, { match })).user?.userName, nameId).to.equal(userName);
    expect((await find({ nameId: 'ada\u200b' })).refusal?.facts.received).to.equal('ada[U+200B]');
  });

  it('use the mapped attribute instead of the NameID', async () => {
    const attributes = { uid: ['ben'] };
    expect((await find({ nameId: 'ada', attributes }, { matchAttribute: 'uid' })).user?.userName).to.equal('ben');
  });

  it('use a well-known attribute instead of a transient NameID only', async () => {
    const attributes = { mail: ['ben@acme.com'], uid: ['ada'] };
    expect((await find({ nameId: '_1', format: TRANSIENT, attributes })).user?.userName).to.equal('ben');
    expect((await find({ nameId: 'ada', format: EMAIL, attributes })).user?.userName).to.equal('ada');
    expect((await find({ nameId: 'ada', format: TRANSIENT })).user?.userName).to.equal('ada');
  });

  it('refuse a name that several people have', async () => {
    await addPerson(deps, { userName: 'eve', email: 'ada@acme.com' });
    const { refusal, user } = await find({ nameId: 'ada@acme.com' }, { match: 'email' });
    expect([refusal?.reason, user]).to.deep.equal(['person_ambiguous', undefined]);
  });

  it('refuse people and names outside the e-mail domains of the provider', async () => {
    await addPerson(deps, { userName: 'noMail' });
    await addPerson(deps, { userName: 'ada@other.example', email: 'a@acme.com' });
    const cases: [string, string[], string | undefined][] = [
      ['ada', ['acme.com'], undefined],
      ['ada@acme.com', ['other.example', 'acme.com'], undefined],
      ['ada', ['other.example'], 'email_domain_forbidden'],
      ['ada', ['cme.com'], 'email_domain_forbidden'],
      ['noMail', ['acme.com'], 'email_domain_forbidden'],
      ['ada@other.example', ['acme.com'], 'email_domain_forbidden'],
    ];
    for (const [nameId, emailDomains, reason] of cases)
      expect((await find({ nameId }, { emailDomains })).refusal?.reason, nameId).to.equal(reason);
  });

  it('refuse a person whose Authentication Type is Local Login', async () => {
    for (const [userName, loginType, reason] of [
      ['dan', 'Local Login', 'saml_login_forbidden'],
      ['fay', 'SAML', undefined],
      ['gil', 'Windows Login', undefined],
    ] as const) {
      await addPerson(deps, { userName, loginType });
      expect((await find({ nameId: userName })).refusal?.reason, loginType).to.equal(reason);
    }
  });

  async function find(asserted: Asserted, settings: Partial<ProviderSettings> = {}): Promise<LoginContext> {
    const { nameId = '', format = EMAIL, attributes = {} } = asserted;
    const { content } = verifyField(encode(honest()));
    const login = createLogin({ domainId: '', entityId: '', acsUrl: '', secretOf: () => undefined });
    const provider = aProvider();
    login.provider = { ...provider, settings: { ...provider.settings, ...settings } };
    login.content = content && {
      ...content,
      nameId: { value: nameId, format, nameQualifier: undefined, spNameQualifier: undefined },
      attributes: new Map(Object.entries(attributes)),
    };
    await runAsyncChecks(login, loginChecks.match, deps);
    await runAsyncChecks(login, personChecks, { db: deps.store.db, deps });
    return login;
  }
});
