import type { ProviderGuide } from './guide.ts';

const METADATA_PROVIDER = `<MetadataProvider id="Intranet" xsi:type="FileBackedHTTPMetadataProvider"
  backingFile="%{idp.home}/metadata/intranet.xml"
  metadataURL="{metadataUrl}"/>`;

const FILTER = `<AttributeFilterPolicy id="Intranet">
  <PolicyRequirementRule xsi:type="Requester" value="{entityId}"/>
  <AttributeRule attributeID="mail" permitAny="true"/>
</AttributeFilterPolicy>`;

export const shibboleth: ProviderGuide = {
  id: 'shibboleth',
  name: 'Shibboleth',
  recognizedBy: /^https?:\/\/[^?#]+\/idp\/(shibboleth|profile\/SAML2\/)/i,
  forms: [
    {
      title: 'conf/metadata-providers.xml',
      where: 'In the configuration folder of the identity provider, inside the outer MetadataProvider',
      note: 'FilesystemMetadataProvider with metadataFile reads our metadata from a file instead.',
      fields: [{ label: 'MetadataProvider', code: METADATA_PROVIDER }],
    },
    {
      title: 'conf/attribute-filter.xml',
      where: 'In the same folder, inside AttributeFilterPolicyGroup',
      fields: [
        {
          label: 'AttributeFilterPolicy',
          code: FILTER,
          note: 'The NameID is transient by default, and names no person. The attribute is used instead; uid works too.',
        },
      ],
    },
  ],
  metadata: 'https://HOST/idp/shibboleth, if you publish it. Or the file metadata/idp-metadata.xml.',
  access: 'Everyone who can log in, unless an intercept flow limits it.',
  start:
    'People open https://HOST/idp/profile/SAML2/Unsolicited/SSO?providerId=ENTITYID; add &target=/people to open a page.',
  pitfalls: [
    { text: 'No attribute is released, and the transient NameID names no person.', reason: 'person_unknown' },
    {
      text: 'Assertions are encrypted for an earlier certificate of this domain: the metadata was a file. Use the URL.',
      reason: 'signature_invalid',
    },
    {
      text: 'The person was at the login page for long, or the clocks of the two servers differ.',
      reason: 'confirmation_expired',
    },
    { text: 'Unsupported Request: the metadata of the intranet is not loaded, or its EntityID is another one.' },
    { text: 'An error about encryption: our metadata was loaded before the domain was set up, without a certificate.' },
  ],
};
