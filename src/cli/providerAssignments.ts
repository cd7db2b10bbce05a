import type { ProviderInput } from '../federation/providers.ts';
import { dashed, onOrOff, UsageError } from './command.ts';

type Kind = 'text' | 'switch' | string[];

/** The fields of the Edit screen with their values. A key may be written as in the form (idpInitiated) or with dashes. */
const fields: Record<keyof ProviderInput, { key: string; kind: Kind; help: string }> = {
  name: { key: 'name', kind: 'text', help: 'its name, also on the button' },
  showButton: { key: 'button', kind: 'switch', help: 'show a button on the Log-In screen' },
  buttonOrder: { key: 'button-order', kind: 'text', help: 'buttons are sorted by this number' },
  match: {
    key: 'match',
    kind: ['userNameOrEmail', 'userName', 'email', 'externalId'],
    help: 'which property of people is compared',
  },
  matchAttribute: {
    key: 'match-attribute',
    kind: 'text',
    help: 'the attribute that names the person; empty: the NameID',
  },
  emailDomains: {
    key: 'email-domains',
    kind: 'text',
    help: 'the people who may log in, as in acme.com,acme.org; empty: everyone',
  },
  idpInitiated: { key: 'idp-initiated', kind: 'switch', help: "allow logins from the provider's tile" },
  nameIdPolicy: { key: 'name-id-policy', kind: 'text', help: 'the NameID format to request; empty: none' },
  authnContexts: { key: 'authn-contexts', kind: 'text', help: 'the RequestedAuthnContext; empty: none' },
  forceAuthn: { key: 'force-authn', kind: 'switch', help: 'require people to authenticate each time' },
  signRequests: { key: 'sign-requests', kind: 'switch', help: 'sign login requests' },
  requestBinding: { key: 'request-binding', kind: ['redirect', 'post'], help: 'how login requests are sent' },
  clockSkewSeconds: { key: 'clock-skew', kind: 'text', help: 'seconds by which the clocks may differ' },
  allowSha1: { key: 'allow-sha1', kind: 'switch', help: 'accept SHA-1 signatures' },
};

const ENABLED = 'enabled';

/** Reads KEY=VALUE assignments, each of which changes one field. @throws UsageError */
export function readAssignments(assignments: string[]): {
  input: Record<string, unknown>;
  enabled: boolean | undefined;
} {
  const input: Record<string, unknown> = {};
  let enabled: boolean | undefined;
  for (const assignment of assignments) {
    const { key, value } = split(assignment);
    if (plain(key) === ENABLED) enabled = onOrOff(key, value);
    else Object.assign(input, fieldOf(key, value));
  }
  return { input, enabled };
}

/** Returns the key of a field of the Edit screen. */
export function keyOf(field: string): string {
  return fields[field as keyof ProviderInput]?.key ?? dashed(field);
}

/** Returns the keys for --help, one per line. */
export function assignmentKeys(): string {
  const lines = Object.values(fields).map(({ key, kind, help }) => {
    const values = kind === 'switch' ? 'on|off' : kind === 'text' ? 'TEXT' : kind.join('|');
    return `  ${`${key}=${values}`.padEnd(52)} ${help}`;
  });
  return [...lines, `  ${`${ENABLED}=on|off`.padEnd(52)} whether its SAML responses are accepted`].join('\n');
}

function split(assignment: string): { key: string; value: string } {
  const at = assignment.indexOf('=');
  if (at < 1) throw new UsageError(`${assignment} is not of the form KEY=VALUE.`);
  return { key: assignment.slice(0, at), value: assignment.slice(at + 1) };
}

function fieldOf(key: string, value: string): Record<string, unknown> {
  const found = Object.entries(fields).find(([field, entry]) => [plain(field), plain(entry.key)].includes(plain(key)));
  if (!found) throw new UsageError(`Unknown key: ${key}. See: anteroom idp set --help`);
  const [field, { kind }] = found;
  if (kind === 'switch') return { [field]: onOrOff(key, value) };
  if (kind === 'text') return { [field]: value };
  return { [field]: kind.find((choice) => plain(choice) === plain(value)) ?? value };
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '');
}
