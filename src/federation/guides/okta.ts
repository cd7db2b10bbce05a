import type { ProviderGuide } from './guide.ts';

export const okta: ProviderGuide = {
  id: 'okta',
  name: 'Okta',
  recognizedBy: /^https?:\/\/([\w-]+\.)*(okta|oktapreview|okta-emea|okta-gov)\.com(\/|$)/i,
  forms: [
    {
      title: 'SAML Settings: General',
      where: 'Applications > Applications > Create App Integration > SAML 2.0, step Configure SAML',
      fields: [
        { label: 'Single sign-on URL', enter: '{acsUrl}' },
        { label: 'Use this for Recipient URL and Destination URL', tick: true },
        { label: 'Audience URI (SP Entity ID)', enter: '{entityId}' },
        { label: 'Default RelayState', empty: true, note: 'Or a path of the intranet, such as /people.' },
        {
          label: 'Name ID format',
          choose: 'EmailAddress',
          note: 'Or Unspecified, with the user name of the intranet below.',
        },
        { label: 'Application username', choose: 'Email' },
        { label: 'Update application username on', choose: 'Create and update' },
      ],
    },
    {
      title: 'SAML Settings: Show Advanced Settings',
      where: 'On the same page. The defaults are right; the certificate is optional',
      fields: [
        { label: 'Response', choose: 'Signed' },
        { label: 'Assertion Signature', choose: 'Signed' },
        { label: 'Signature Algorithm', choose: 'RSA-SHA256' },
        { label: 'Digest Algorithm', choose: 'SHA256' },
        { label: 'Assertion Encryption', choose: 'Unencrypted', note: 'Or Encrypted, with our certificate below.' },
        { label: 'Signature Certificate', file: 'certificate', note: 'Needed for Signed Requests and encryption.' },
        { label: 'Signed Requests', tick: true, note: 'Okta then only accepts login requests that we signed.' },
        {
          label: 'Enable Single Logout',
          tick: true,
          note: 'Allow application to initiate Single Logout. The metadata names its logout URL only then: fetch it again afterwards.',
        },
        { label: 'Single Logout URL', enter: '{sloUrl}' },
        { label: 'SP Issuer', enter: '{entityId}' },
      ],
    },
  ],
  metadata: 'Sign On tab: Metadata URL.',
  access: 'Assignments tab: Assign to People or Assign to Groups.',
  start: 'The tile opens the home page, or the path in Default RelayState.',
  pitfalls: [
    {
      text: 'The box below Single sign-on URL was cleared, and the Destination URL is another one.',
      reason: 'destination_mismatch',
    },
    { text: 'The Recipient URL is another one, for the same reason.', reason: 'recipient_mismatch' },
    { text: 'The Audience URI has a slash too many, or http instead of https.', reason: 'audience_mismatch' },
    {
      text: 'Application username is Okta username, and that is not the user name or e-mail address in the intranet.',
      reason: 'person_unknown',
    },
    { text: 'Response and Assertion Signature were both set to Unsigned.', reason: 'signature_missing' },
    { text: 'A Single sign-on URL with an underscore is not accepted by Okta. Choose another ACS path here.' },
    { text: 'The person is not assigned to the application: Okta shows an error and sends no response.' },
  ],
};
