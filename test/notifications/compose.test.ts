import { expect } from 'chai';
import { composeForProvider, composeNotification } from '../../src/notifications/compose.ts';
import type { HealthCause } from '../../src/store/healthCauses.ts';

const sender = { name: 'Acme Intranet', url: 'https://intranet.acme.com' };

const cause: HealthCause = {
  ...{ code: 'source_token', subject: 's', severity: 'danger', text: 'Okta has no token', detail: 'Generate one.' },
  ...{
    href: '/settings/x',
    providerId: null,
    providerText: 'Please check.',
    endsAt: null,
    startedAt: 0,
    endedAt: null,
  },
  ...{ reportedAs: null, mailedAs: null, mailedAt: null },
};

describe('notifications/compose', () => {
  it('says what needs attention, how to fix it and where, and what is over', () => {
    const over = { ...cause, text: 'Entra has no token', endedAt: 1 };
    const { subject, text, to } = composeNotification(sender, ['it@acme.com'], [cause, over]);
    expect([subject, to]).to.deep.equal(['Acme Intranet: Okta has no token', ['it@acme.com']]);
    expect(text).to.equal(`Needs attention at Acme Intranet:

* Okta has no token
  Generate one.
  https://intranet.acme.com/settings/x

Over:

* Entra has no token

All that needs attention: https://intranet.acme.com/settings

Who gets these mails: https://intranet.acme.com/settings/notifications
`);
  });

  it('counts in the subject if there are several', () => {
    const over = { ...cause, endedAt: 1 };
    const subject = (causes: HealthCause[]) => composeNotification(sender, [], causes).subject;
    expect(subject([cause, cause, over])).to.equal('Acme Intranet: 2 things need attention');
    expect(subject([over])).to.equal('Acme Intranet: over: Okta has no token');
    expect(subject([over, over])).to.equal('Acme Intranet: 2 things are over');
  });

  it('tells a provider only what it may know', () => {
    const { text } = composeForProvider(sender, [], 'urn:idp', [cause, { ...cause, endedAt: 1 }]);
    expect(text).to.contain('* Please check.\n\n* This is over: Please check.').and.contain('urn:idp');
    expect(text).not.to.match(/Okta|Generate|settings/);
  });
});
