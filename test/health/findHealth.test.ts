import { expect } from 'chai';
import { findHealth } from '../../src/health/findHealth.ts';
import { insertDomain } from '../../src/store/domains.ts';
import { insertProvider } from '../../src/store/identityProviders.ts';
import { insertSource } from '../../src/store/profileSources.ts';
import { insertNotice } from '../../src/store/sourceNotices.ts';
import { aDomain, aProvider, aSource } from '../support/rows.ts';
import { testDeps } from '../support/testDeps.ts';

describe('health/findHealth', () => {
  it('finds what needs attention in all areas or in one, each item with its own code and subject', async () => {
    const deps = await testDeps();
    const { db } = deps.store;
    const sources = [aSource({ name: 'JumpCloud' }), aSource({ name: 'Okta' })];
    for (const source of sources) await insertSource(db, source);
    await insertNotice(db, sources[0]?.id ?? '', 'password', deps.now());
    await insertNotice(db, sources[0]?.id ?? '', 'takeOver', deps.now());
    await insertProvider(db, aProvider(), '');
    await insertDomain(db, aDomain());
    const items = await findHealth(deps);
    expect(items.map(({ code }) => code)).to.deep.equal([
      'domain_not_set_up',
      'source_token',
      'source_token',
      'source_rights',
      'source_rights',
      'help_contact_missing',
    ]);
    expect(new Set(items.map(({ code, subject }) => `${code} ${subject}`))).to.have.lengthOf(items.length);
    expect((await findHealth(deps, ['intranet'])).map(({ code }) => code)).to.deep.equal(['help_contact_missing']);
  });
});
