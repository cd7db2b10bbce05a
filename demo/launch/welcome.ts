import { demoAdmin, demoPassword } from '../directory/seed.ts';
import { powerUser } from './directory.ts';

type Addresses = { anteroom: string; provider: string };

/** Returns what the terminal shows once both programs run: addresses, accounts and the first steps. */
export function welcome(addresses: Addresses, connected: boolean): string {
  const { anteroom, provider } = addresses;
  return `
Anteroom, the intranet: ${anteroom}
  Power User      ${powerUser.userName} / ${powerUser.password}   at ${anteroom}/local-login

Cloud Directory, the identity provider: ${provider}
  Admin Portal    ${demoAdmin.email} / ${demoAdmin.password}
  User Console    anna.berg, ben.okafor, dora.novak, eli.haddad or maya.koch / ${demoPassword}

${connected ? connectedSteps(addresses) : firstSteps(addresses)}
Press Ctrl+C to stop both.
`;
}

function firstSteps({ anteroom, provider }: Addresses): string {
  return `Nothing is connected yet. To set up single sign-on:
  1. ${provider}/admin
     Add New Application: Anteroom. On its SSO tab, replace https://YOUR_SUBDOMAIN with ${anteroom} and save.
     On the User Groups tab, select Employees and save. Back on the SSO tab, click Copy Metadata URL.
  2. ${anteroom}/local-login
     Application Settings > Control Panel > Manage Security > Manage SAML Authentication: Setup Domain, Save,
     Identity Providers, paste the metadata URL, Import, Edit, Save.
  3. Log in as anna.berg at ${anteroom}, or from the tile at ${provider}/console.
     Anteroom refuses dora.novak (not in its directory); Cloud Directory refuses eli.haddad (not in a bound group).
To provision people too:
  4. ${anteroom}: Application Settings > Manage People > Manage Profile Sources > SCIM: Generate Key, then copy the token.
  5. ${provider}/admin, the application's Identity Management tab:
     Configure, Base URL ${anteroom}/api/v2/scim/v2, paste the token, Activate.
`;
}

function connectedSteps({ anteroom, provider }: Addresses): string {
  return `Everything is connected:
  - Open ${anteroom}: it sends you to Cloud Directory and back. Log in as anna.berg.
  - ${provider}/console shows the tile. eli.haddad sees none, and is refused.
  - Log out at either end: the other one follows, and says so.
  - Changes at ${provider}/admin/users reach Anteroom immediately.
`;
}
