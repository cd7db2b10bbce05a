import type { ProviderGuide } from './guide.ts';

export const onelogin: ProviderGuide = {
  id: 'onelogin',
  name: 'OneLogin',
  recognizedBy: /^https:\/\/([\w-]+\.)*onelogin\.com(\/|$)/i,
  forms: [
    {
      title: 'Configuration',
      where: 'Applications > Applications > Add App > SAML Custom Connector (Advanced), then Configuration',
      fields: [
        { label: 'RelayState', empty: true, note: 'Or a path of the intranet, such as /people.' },
        { label: 'Audience (EntityID)', enter: '{entityId}' },
        { label: 'Recipient', enter: '{acsUrl}' },
        { label: 'ACS (Consumer) URL Validator', enter: '{acsPattern}', note: 'A regular expression.' },
        { label: 'ACS (Consumer) URL', enter: '{acsUrl}' },
        { label: 'Single Logout URL', enter: '{sloUrl}' },
        { label: 'Login URL', enter: '{homeUrl}', note: 'Used if SAML initiator is Service Provider.' },
        { label: 'SAML initiator', choose: 'OneLogin', note: 'Or Service Provider: the tile then opens the intranet.' },
        { label: 'SAML nameID format', choose: 'Email' },
        { label: 'SAML signature element', choose: 'Assertion', note: 'Response and Both work too.' },
        { label: 'Sign SLO Request', tick: true },
        { label: 'Sign SLO Response', tick: true },
        { label: 'Encrypt assertion', tick: false, note: 'If it is on, upload our certificate as Public key.' },
      ],
    },
    {
      title: 'Parameters and SSO',
      where: 'The application, Parameters and SSO',
      fields: [
        {
          label: 'NameID value',
          choose: 'Email',
          note: 'Or Username, if it equals the user name in the intranet.',
        },
        { label: 'SAML Signature Algorithm', choose: 'SHA-256' },
      ],
    },
  ],
  metadata: 'SSO: Issuer URL. Or More Actions > SAML Metadata, which downloads the file.',
  access: 'Access: roles. Or Users > the person > Applications.',
  start: 'The tile opens the home page, or the path in RelayState.',
  pitfalls: [
    { text: 'SAML Signature Algorithm is still SHA-1.', reason: 'algorithm_forbidden' },
    { text: 'Recipient is empty or another URL.', reason: 'recipient_mismatch' },
    { text: 'Audience (EntityID) is empty or another name.', reason: 'audience_mismatch' },
    { text: 'NameID value is a field that the intranet does not know.', reason: 'person_unknown' },
    { text: 'The validator does not match our ACS URL: OneLogin sends no response.' },
    { text: 'The person has no role with access to the application.' },
  ],
};
