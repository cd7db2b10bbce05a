import type { ProviderGuide } from './guide.ts';

export const google: ProviderGuide = {
  id: 'google',
  name: 'Google Workspace',
  recognizedBy: /^https:\/\/accounts\.google\.com\//i,
  forms: [
    {
      title: 'Service provider details',
      where: 'Apps > Web and mobile apps > Add app > Add custom SAML app, after Google Identity Provider details',
      note: 'The next step, Attribute mapping, can stay empty: click Finish.',
      fields: [
        { label: 'ACS URL', enter: '{acsUrl}' },
        { label: 'Entity ID', enter: '{entityId}' },
        { label: 'Start URL (optional)', empty: true, note: 'Or a path of the intranet, such as /people.' },
        { label: 'Signed response', tick: false, note: 'Either way works: the assertion or the response is signed.' },
        { label: 'Name ID format', choose: 'EMAIL' },
        { label: 'Name ID', choose: 'Basic Information > Primary email' },
      ],
    },
  ],
  metadata: 'Google Identity Provider details: Download metadata. There is no metadata URL, so upload the file.',
  access: 'The application, User access: ON for everyone, or for organizational units and groups.',
  start: 'The tile in the app launcher opens the home page, or the path in Start URL.',
  pitfalls: [
    {
      text: 'The certificate was replaced. Google has no metadata URL, so the new file has to be uploaded as an update.',
      reason: 'signature_invalid',
    },
    {
      text: 'The primary e-mail address is not the one in the intranet. Google does not send aliases as Name ID.',
      reason: 'person_unknown',
    },
    { text: 'app_not_configured_for_user: the Entity ID, which is case-sensitive, is not our EntityID.' },
    { text: 'app_not_enabled_for_user: User access is OFF for the person. A change can take up to 24 hours.' },
    { text: '400 duplicate entity id: another application has this Entity ID already.' },
  ],
};
