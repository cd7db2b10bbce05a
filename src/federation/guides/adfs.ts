import type { ProviderGuide } from './guide.ts';

export const adfs: ProviderGuide = {
  id: 'adfs',
  name: 'AD FS',
  recognizedBy: /^https?:\/\/[^?#]+\/(adfs\/|FederationMetadata\/)/i,
  forms: [
    {
      title: 'Add Relying Party Trust Wizard',
      where: 'AD FS Management > Relying Party Trusts > Add Relying Party Trust, Claims aware',
      note: 'Import data about the relying party from a file works too, with our metadata file.',
      fields: [
        { label: 'Federation metadata address (host name or URL)', enter: '{metadataUrl}' },
        { label: 'Display name', enter: 'Intranet {host}', note: 'Any name.' },
        { label: 'Choose an access control policy', choose: 'Permit everyone', note: 'Or one for a group.' },
      ],
    },
    {
      title: 'Enter data about the relying party manually',
      where: 'The same wizard, without our metadata',
      fields: [
        { label: 'Token encryption certificate', file: 'certificate', note: 'Optional.' },
        { label: 'Enable support for the SAML 2.0 WebSSO protocol', tick: true },
        { label: 'Relying party SAML 2.0 SSO service URL', enter: '{acsUrl}' },
        { label: 'Relying party trust identifier', enter: '{entityId}' },
      ],
    },
    {
      title: 'Edit Claim Issuance Policy, first rule',
      where: 'The trust > Edit Claim Issuance Policy > Add Rule > Send LDAP Attributes as Claims',
      fields: [
        { label: 'Claim rule name', enter: 'E-mail address' },
        { label: 'Attribute store', choose: 'Active Directory' },
        { label: 'LDAP Attribute', choose: 'E-Mail-Addresses' },
        { label: 'Outgoing Claim Type', choose: 'E-Mail Address' },
      ],
    },
    {
      title: 'Edit Claim Issuance Policy, second rule',
      where: 'The same > Add Rule > Transform an Incoming Claim. Keep it below the first rule',
      fields: [
        { label: 'Claim rule name', enter: 'Name ID' },
        { label: 'Incoming claim type', choose: 'E-Mail Address' },
        { label: 'Outgoing claim type', choose: 'Name ID' },
        { label: 'Outgoing name ID format', choose: 'Email' },
        { label: 'Pass through all claim values', tick: true },
      ],
    },
    {
      title: 'Properties: Advanced',
      where: 'The trust > Properties > Advanced',
      fields: [{ label: 'Secure hash algorithm', choose: 'SHA-256' }],
    },
  ],
  metadata: 'https://HOST/FederationMetadata/2007-06/FederationMetadata.xml.',
  access: 'The access control policy of the trust.',
  start:
    'People open https://HOST/adfs/ls/idpinitiatedsignon.aspx, after Set-AdfsProperties -EnableIdPInitiatedSignonPage $true.',
  pitfalls: [
    { text: 'There is no second rule, so the response has no Name ID.', reason: 'subject_missing' },
    { text: 'Secure hash algorithm is SHA-1.', reason: 'algorithm_forbidden' },
    { text: 'MSIS7093: the same. AD FS refuses our login requests, because they use SHA-256.' },
    {
      text: 'The clock of the AD FS server is ahead. Its responses are valid from the moment in which it made them.',
      reason: 'conditions_not_yet_valid',
    },
    {
      text: 'AD FS replaces its token-signing certificate once a year, and the metadata was uploaded as a file.',
      reason: 'signature_invalid',
    },
    { text: 'The person has no e-mail address in Active Directory, so no rule applies.', reason: 'subject_missing' },
    {
      text: 'An error page of AD FS before any response: its event log names the cause, such as an unknown identifier.',
    },
  ],
};
