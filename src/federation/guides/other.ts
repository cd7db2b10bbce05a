import type { ProviderGuide } from './guide.ts';

/** For a product without a guide: the usual names. */
export const other: ProviderGuide = {
  id: 'other',
  name: 'Another provider',
  recognizedBy: /(?!)/,
  forms: [
    {
      title: 'Service provider',
      where: 'Where applications, relying parties or service providers are added, with SAML 2.0',
      note: 'Many products read our metadata instead, from its URL or as a file.',
      fields: [
        { label: 'Metadata of the service provider', enter: '{metadataUrl}' },
        { label: 'Entity ID, Audience, Issuer or Identifier', enter: '{entityId}' },
        { label: 'ACS URL, Reply URL, Recipient or Destination', enter: '{acsUrl}' },
        { label: 'Binding of the ACS URL', choose: 'HTTP-POST' },
        { label: 'Single logout URL', enter: '{sloUrl}', note: 'For logout requests and logout responses.' },
        { label: 'NameID format', choose: 'emailAddress', note: 'Or unspecified, with the user name.' },
        { label: 'NameID', choose: 'the e-mail address', note: 'Or the user name in the intranet.' },
        { label: 'Sign assertions', tick: true, note: 'Or responses, or both.' },
        { label: 'Signature and digest algorithm', choose: 'RSA-SHA256 and SHA-256' },
        {
          label: 'Encrypt assertions',
          tick: false,
          note: 'If it is on, AES-256-GCM with RSA-OAEP and our certificate.',
        },
        { label: 'Certificate of the service provider', file: 'certificate', note: 'To verify our login requests.' },
        { label: 'Default RelayState', empty: true, note: 'Or a path of the intranet, such as /people.' },
      ],
    },
  ],
  metadata: 'Look for metadata, federation metadata or descriptor, as a URL or a file to download.',
  access: 'Many products let no person use a new application until people or groups are assigned to it.',
  start: 'RelayState may be a path of the intranet, such as /people.',
  pitfalls: [
    { text: 'The EntityID entered there is not exactly ours.', reason: 'audience_mismatch' },
    { text: 'The ACS URL entered there is not exactly ours.', reason: 'destination_mismatch' },
    { text: 'Neither the assertion nor the response is signed.', reason: 'signature_missing' },
    { text: 'It signs with SHA-1.', reason: 'algorithm_forbidden' },
    { text: 'It sends no NameID.', reason: 'subject_missing' },
    { text: 'The NameID is an identifier that the provider made up.', reason: 'person_unknown' },
    { text: 'Its clock differs from the one of this server.', reason: 'conditions_not_yet_valid' },
  ],
};
