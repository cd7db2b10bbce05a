import type { ProviderGuide } from './guide.ts';

export const jumpcloud: ProviderGuide = {
  id: 'jumpcloud',
  name: 'JumpCloud',
  recognizedBy: /^https:\/\/([\w-]+\.)*jumpcloud\.com(\/|$)|^jumpcloud$/i,
  forms: [
    {
      title: 'SSO tab',
      where:
        'USER AUTHENTICATION > SSO Applications > Add New Application > Custom Application, Configure SSO with SAML',
      fields: [
        {
          label: 'IdP Entity ID',
          enter: 'JumpCloud-{host}',
          note: 'Any name that none of your other applications has.',
        },
        { label: 'SP Entity ID', enter: '{entityId}' },
        { label: 'ACS URLs', enter: '{acsUrl}' },
        { label: 'SP Certificate', file: 'certificate', note: 'So that JumpCloud verifies our login requests.' },
        {
          label: 'SAMLSubject NameID',
          choose: 'email',
          note: 'Or username, if it equals the user name in the intranet.',
        },
        {
          label: 'SAMLSubject NameID Format',
          choose: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress',
          note: 'With username, select the one that ends in unspecified.',
        },
        { label: 'Signature Algorithm', choose: 'RSA-SHA256' },
        { label: 'Sign', choose: 'Assertion', note: 'Response works too.' },
        { label: 'Default RelayState', empty: true, note: 'Or a path of the intranet, such as /people.' },
        { label: 'Login URL', empty: true, note: 'With it, the tile opens that URL instead of sending a response.' },
        { label: 'Declare Redirect Endpoint', tick: true },
      ],
    },
  ],
  metadata: 'SSO tab: Copy Metadata URL.',
  access: 'User Groups tab: select the groups of the people. Until one is selected, the application is for no person.',
  start: 'The tile in the User Console opens the home page, or the path in Default RelayState.',
  pitfalls: [
    { text: 'The SP Entity ID is case-sensitive and differs from ours.', reason: 'audience_mismatch' },
    {
      text: 'The IdP Entity ID was changed after the import. Import the metadata again.',
      reason: 'provider_unknown',
    },
    {
      text: 'SAMLSubject NameID is username, but the people of the intranet have other user names.',
      reason: 'person_unknown',
    },
    {
      text: 'The IdP certificate was replaced and the metadata was uploaded as a file. Import it again, by URL.',
      reason: 'signature_invalid',
    },
    { text: 'The person is in none of the selected user groups: JumpCloud shows an error, or no tile.' },
  ],
};
