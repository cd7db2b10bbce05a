import type { Response } from 'express';

/** What to paste where, for one maker of SCIM clients. */
export type ClientGuide = { name: string; steps: string[]; fields: [label: string, value: string][] };

/** Where SCIM clients call: the address that is pasted into the provider. It is of the domain that the page is open at. */
export function baseUrlOf(res: Response): string {
  return `${res.locals.domain.url}/api/v2/scim/v2`;
}

/** Where SCIM clients get access tokens (OAuth 2.0 client credentials). */
export function tokenUrlOf(res: Response): string {
  return `${res.locals.domain.url}/api/v2/scim/oauth/token`;
}

const TOKEN = 'the Authentication Token';

/** The words of each provider's own screens. */
export function clientsOf(baseUrl: string): ClientGuide[] {
  return [
    {
      name: 'JumpCloud',
      steps: [
        'In the application, open the Identity Management tab.',
        'To provision groups too, select Enable management of User Groups and Group Membership in this application.',
        'Click Configure, fill these in, click Activate, then save.',
      ],
      fields: [
        ['Base URL', baseUrl],
        ['Token Key', TOKEN],
      ],
    },
    {
      name: 'Okta',
      steps: [
        'In the application, enable SCIM provisioning, then open Provisioning > Integration and click Edit.',
        'Select the actions that Okta may perform, then click Test Connector Configuration.',
      ],
      fields: [
        ['SCIM connector base URL', baseUrl],
        ['Unique identifier field for users', 'userName'],
        ['Authentication Mode', 'HTTP Header'],
        ['Authorization: Bearer', TOKEN],
      ],
    },
    {
      name: 'Microsoft Entra',
      steps: [
        'In the enterprise application, open Provisioning and set the mode to Automatic.',
        'Under Admin Credentials fill these in, click Test Connection, then Save.',
      ],
      fields: [
        ['Tenant URL', baseUrl],
        ['Secret Token', TOKEN],
      ],
    },
    {
      name: 'OneLogin',
      steps: [
        'Add the application SCIM Provisioner with SAML (SCIM v2 Enterprise) and open its Configuration tab.',
        'Fill these in, enable the API connection, save, and select Enable provisioning on the Provisioning tab.',
      ],
      fields: [
        ['SCIM Base URL', baseUrl],
        ['SCIM Bearer Token', TOKEN],
      ],
    },
    {
      name: 'Keycloak',
      steps: [
        'Keycloak needs an extension to be a SCIM client, such as keycloak-scim.',
        'Add its event listener under Realm settings > Events, then a scim provider under User federation.',
      ],
      fields: [
        ['SCIM 2.0 endpoint', baseUrl],
        ['Endpoint content type', 'application/scim+json'],
        ['Auth mode', 'Bearer'],
        ['Auth password/token', TOKEN],
      ],
    },
  ];
}
