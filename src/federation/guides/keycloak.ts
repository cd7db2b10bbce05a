import type { ProviderGuide } from './guide.ts';

export const keycloak: ProviderGuide = {
  id: 'keycloak',
  name: 'Keycloak',
  recognizedBy: /^https?:\/\/[^?#]+\/realms\/[^/?#]+/i,
  forms: [
    {
      title: 'Import client',
      where:
        'Clients > Import client. This replaces the next two forms. Set the domain up first, so that the file has its certificate',
      fields: [
        { label: 'Resource file', file: 'metadata' },
        { label: 'Name ID format', choose: 'email', note: 'Or username, if it equals the user name in the intranet.' },
      ],
    },
    {
      title: 'Create client',
      where: 'Clients > Create client, without the import',
      fields: [
        { label: 'Client type', choose: 'SAML' },
        { label: 'Client ID', enter: '{entityId}' },
        { label: 'Home URL', enter: '{homeUrl}' },
        { label: 'Valid redirect URIs', enter: '{acsUrl}' },
        {
          label: 'IDP-Initiated SSO URL name',
          enter: 'intranet',
          note: 'Only for logins that start at Keycloak. Empty: there are none.',
        },
        { label: 'Master SAML Processing URL', enter: '{acsUrl}' },
      ],
    },
    {
      title: 'Settings and Keys',
      where: 'The client, tabs Settings and Keys',
      fields: [
        { label: 'Name ID format', choose: 'email' },
        { label: 'Include AuthnStatement', tick: true },
        { label: 'Sign documents', tick: true },
        { label: 'Sign assertions', tick: true, note: 'One of the two is enough.' },
        { label: 'Signature algorithm', choose: 'RSA_SHA256' },
        { label: 'Client signature required', tick: true, note: 'Needs our certificate: Import key, Certificate PEM.' },
        { label: 'Import key', file: 'certificate' },
        { label: 'Encrypt assertions', tick: false, note: 'If it is on, import our certificate there too.' },
        {
          label: 'Logout Service POST Binding URL',
          enter: '{sloUrl}',
          note: 'On the tab Advanced. Without it, Keycloak sends logout messages to the ACS URL.',
        },
      ],
    },
  ],
  metadata:
    'Realm settings > General: SAML 2.0 Identity Provider Metadata, https://HOST/realms/REALM/protocol/saml/descriptor.',
  access: 'Everyone in the realm may log in, unless an authentication flow or a policy says otherwise.',
  start: 'People open https://HOST/realms/REALM/protocol/saml/clients/NAME, with the IDP-Initiated SSO URL name.',
  pitfalls: [
    { text: 'Include AuthnStatement is off.', reason: 'response_malformed' },
    { text: 'Sign documents and Sign assertions are both off.', reason: 'signature_missing' },
    {
      text: 'Name ID format is persistent, which is an identifier that Keycloak made up. Set it to email or username.',
      reason: 'person_unknown',
    },
    {
      text: 'Assertions are encrypted for an earlier certificate of this domain, which shows as an invalid signature.',
      reason: 'signature_invalid',
    },
    { text: 'Invalid requester: Client signature required is on, and the client has no certificate or an old one.' },
    { text: 'Invalid redirect uri: Valid redirect URIs does not have our ACS URL.' },
    { text: 'Client not found: the Client ID is not our EntityID.' },
  ],
};
