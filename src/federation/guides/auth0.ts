import type { ProviderGuide } from './guide.ts';

const SETTINGS = `{
  "audience": "{entityId}",
  "recipient": "{acsUrl}",
  "destination": "{acsUrl}",
  "signatureAlgorithm": "rsa-sha256",
  "digestAlgorithm": "sha256",
  "nameIdentifierFormat": "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
  "nameIdentifierProbes": ["http://schemas.xmlsoap.org/ws/2005/05/identity/claims/emailaddress"]
}`;

export const auth0: ProviderGuide = {
  id: 'auth0',
  name: 'Auth0',
  recognizedBy: /^(urn:|https:\/\/)([\w-]+\.)*auth0\.com(\/|$)|^https:\/\/[^/?#]+\/samlp\//i,
  forms: [
    {
      title: 'Addon: SAML2 Web App, Settings',
      where: 'Applications > Create Application > Regular Web Application, then Addons > SAML2 Web App > Settings',
      fields: [
        { label: 'Application Callback URL', enter: '{acsUrl}' },
        { label: 'Settings', code: SETTINGS },
      ],
    },
  ],
  metadata: 'Usage tab of the addon: Identity Provider Metadata.',
  access: 'The connections that are enabled on the Connections tab of the application.',
  start: 'People open the Identity Provider Login URL of the Usage tab; add ?RelayState=/people to open a page.',
  pitfalls: [
    { text: 'The settings name no algorithms, so Auth0 signs with SHA-1.', reason: 'algorithm_forbidden' },
    {
      text: 'The settings have no nameIdentifierProbes, so the NameID is an ID of Auth0 such as auth0|5f7c.',
      reason: 'person_unknown',
    },
    {
      text: 'The settings have no audience, and the EntityID that Auth0 learned is another one.',
      reason: 'audience_mismatch',
    },
    {
      text: 'All applications of a tenant have one EntityID, and each its own URL. Import the metadata of this application.',
      reason: 'provider_unknown',
    },
    { text: 'No connection is enabled for the application: Auth0 shows an error.' },
  ],
};
