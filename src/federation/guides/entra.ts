import type { ProviderGuide } from './guide.ts';

export const entra: ProviderGuide = {
  id: 'entra',
  name: 'Microsoft Entra ID',
  recognizedBy:
    /^https:\/\/(sts\.windows\.net|login\.(microsoftonline\.(com|us)|partner\.microsoftonline\.cn)|sts\.chinacloudapi\.cn)(\/|$)/i,
  forms: [
    {
      title: 'Basic SAML Configuration',
      where:
        'Enterprise applications > New application > Create your own application (not in the gallery) > Single sign-on > SAML',
      note: 'Upload metadata file, above the form, fills in the first two with our metadata file.',
      fields: [
        { label: 'Identifier (Entity ID)', enter: '{entityId}' },
        { label: 'Reply URL (Assertion Consumer Service URL)', enter: '{acsUrl}' },
        {
          label: 'Sign on URL (Optional)',
          empty: true,
          note: 'With the address of the intranet, the tile opens the intranet, which then starts the login.',
        },
        { label: 'Relay State (Optional)', empty: true, note: 'Or a path of the intranet, such as /people.' },
        {
          label: 'Logout Url (Optional)',
          empty: true,
          note: 'Entra does not sign its logout responses. Without this URL, a logout ends on a page of Microsoft.',
        },
      ],
    },
    {
      title: 'Attributes & Claims',
      where: 'Single sign-on, section 2: Edit, then Unique User Identifier (Name ID)',
      fields: [
        { label: 'Name identifier format', choose: 'Email address' },
        { label: 'Source', choose: 'Attribute' },
        {
          label: 'Source attribute',
          choose: 'user.userprincipalname',
          note: 'Or user.mail. It must equal the user name or an e-mail address in the intranet.',
        },
      ],
    },
    {
      title: 'SAML Signing Certificate',
      where: 'Single sign-on, section 3, SAML Certificates: Edit. The defaults are right',
      fields: [
        { label: 'Signing Option', choose: 'Sign SAML assertion', note: 'The other two options work too.' },
        { label: 'Signing Algorithm', choose: 'SHA-256' },
        {
          label: 'Require verification certificates',
          tick: false,
          note: 'If it is on, upload our certificate there. Entra then only accepts login requests that we signed.',
        },
      ],
    },
  ],
  metadata:
    'SAML Certificates: App Federation Metadata Url. It ends in ?appid=…, because each application has its own certificate.',
  access: 'Users and groups: Add user/group. Or turn Assignment required off under Properties.',
  start: 'The tile in My Apps opens the home page, or the path in Relay State.',
  pitfalls: [
    {
      text: 'The metadata URL has no appid, so the certificate is that of the tenant and not of the application.',
      reason: 'signature_invalid',
    },
    {
      text: 'The certificate was renewed in Entra while the metadata had been uploaded as a file.',
      reason: 'signature_invalid',
    },
    {
      text: 'The Unique User Identifier is the user principal name, and people are known by other addresses here. Guests have #EXT# in it.',
      reason: 'person_unknown',
    },
    { text: 'Signing Algorithm is SHA-1.', reason: 'algorithm_forbidden' },
    { text: 'AADSTS700016: the Identifier (Entity ID) is not our EntityID.' },
    { text: 'AADSTS50011: the Reply URL is not our ACS URL.' },
    { text: 'AADSTS50105: the person is not assigned to the application.' },
  ],
};
