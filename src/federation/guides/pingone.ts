import type { ProviderGuide } from './guide.ts';

export const pingone: ProviderGuide = {
  id: 'pingone',
  name: 'PingOne',
  recognizedBy: /^https:\/\/([\w-]+\.)*pingone\.(com|eu|ca|asia|com\.au|sg)(\/|$)/i,
  forms: [
    {
      title: 'SAML Configuration',
      where: 'Applications > Applications > + > SAML Application > Configure',
      note: 'Import Metadata and Import From URL fill this in with our metadata.',
      fields: [
        { label: 'Manually Enter', tick: true },
        { label: 'ACS URLs', enter: '{acsUrl}' },
        { label: 'Entity ID', enter: '{entityId}' },
      ],
    },
    {
      title: 'Configuration',
      where: 'The application, Configuration, the pencil',
      fields: [
        { label: 'Sign Assertion', tick: true, note: 'The other two options work too.' },
        { label: 'Signing Algorithm', choose: 'RSA_SHA256' },
        { label: 'Enable Encryption', tick: false, note: 'If it is on, import our certificate, with AES_256.' },
        { label: 'Subject NameID Format', choose: 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress' },
        { label: 'Assertion Validity Duration (in seconds)', enter: '300' },
        { label: 'Target Application URL', empty: true, note: 'Or a path of the intranet, such as /people.' },
        {
          label: 'Enforce Signed AuthnRequest',
          tick: true,
          note: 'Needs our certificate as Verification Certificate.',
        },
        { label: 'Verification Certificate', file: 'certificate' },
      ],
    },
    {
      title: 'Attribute Mappings',
      where: 'The application, Attribute Mappings, the pencil',
      fields: [{ label: 'saml_subject', choose: 'Email Address', note: 'Or Username. By default it is User ID.' }],
    },
  ],
  metadata: 'Configuration: IDP Metadata URL, or Download Metadata.',
  access: 'The switch of the application must be on. Access limits it to groups.',
  start: 'The tile opens the home page, or the path in Target Application URL.',
  pitfalls: [
    { text: 'saml_subject is still User ID, an identifier of PingOne.', reason: 'person_unknown' },
    {
      text: 'All applications of an environment have one EntityID. Import the metadata of this application.',
      reason: 'signature_invalid',
    },
    { text: 'The Entity ID has a slash too many, or http instead of https.', reason: 'audience_mismatch' },
    { text: 'The application is still switched off, as it is after its creation: PingOne shows an error.' },
    { text: 'The ACS URL of our login request is not in ACS URLs: PingOne shows an error.' },
  ],
};
