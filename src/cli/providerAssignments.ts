import { initialSettings, type ProviderInput, providerChoices } from '../federation/providers.ts';
import { dashed, UsageError } from './command.ts';
import { onOrOff } from './options.ts';

/** The help for each field of the Edit screen. A key may be written as in the form (idpInitiated) or with dashes. */
const help: Record<keyof ProviderInput, string> = {
  name: 'its name, also on the button',
  showButton: 'show a button on the Log-In screen',
  buttonOrder: 'buttons are sorted by this number',
  match: 'which property of people is compared',
  matchAttribute: 'the attribute that identifies the person; empty: the NameID',
  emailDomains: 'the people who may log in, as in acme.com,acme.org; empty: everyone',
  idpInitiated: "allow logins from the provider's tile",
  nameIdPolicy: 'the NameID format to request; empty: none',
  authnContexts: 'the RequestedAuthnContext; empty: none',
  forceAuthn: 'require people to authenticate each time',
  signRequests: 'sign login requests',
  requestBinding: 'how login requests are sent',
  clockSkewSeconds: 'seconds by which the clocks may differ',
  allowSha1: 'accept SHA-1 signatures',
  spEntityId: 'the EntityID that this provider knows the intranet by; empty: that of the domain',
  sendSubject: 'send the e-mail address that a person typed first as Subject',
  singleLogout: 'log people out of the provider too, if it supports that; off: log out here only',
  refresh: 'fetch the metadata again; its changes wait for approval (review), are used at once (automatic), or off',
  metadataSigners: 'the certificates in PEM with which the metadata must be signed; empty: no signature is needed',
};

const ENABLED = 'enabled';
const DOMAINS = 'domains';
const fields = Object.keys(help) as (keyof ProviderInput)[];
const shortKeys: Record<string, string> = { showButton: 'button', clockSkewSeconds: 'clock-skew' };
const choices: Partial<Record<keyof ProviderInput, string[]>> = providerChoices;
const initialInput: ProviderInput = { name: '', showButton: false, buttonOrder: 0, ...initialSettings };

/** Reads KEY=VALUE assignments, each of which changes one field. @throws UsageError */
export function readAssignments(assignments: string[]): {
  input: Record<string, unknown>;
  enabled: boolean | undefined;
  domains: string[] | undefined;
} {
  const input: Record<string, unknown> = {};
  let enabled: boolean | undefined;
  let domains: string[] | undefined;
  for (const assignment of assignments) {
    const [, key = '', value = ''] = /^([^=]+)=(.*)$/s.exec(assignment) ?? [];
    if (key === '') throw new UsageError(`${assignment} is not of the form KEY=VALUE.`);
    if (plain(key) === ENABLED) enabled = onOrOff(key, value);
    else if (plain(key) === DOMAINS) domains = value.split(',').filter((url) => url.trim() !== '');
    else Object.assign(input, readField(key, value));
  }
  return { input, enabled, domains };
}

/** Returns the key of a field of the Edit screen. */
export function keyOf(field: string): string {
  return shortKeys[field] ?? dashed(field);
}

/** Returns the keys for --help, one per line. */
export function assignmentKeys(): string {
  const lines = fields.map((field) => {
    const values = isSwitch(field) ? 'on|off' : (choices[field]?.join('|') ?? 'TEXT');
    return `  ${`${keyOf(field)}=${values}`.padEnd(52)} ${help[field]}`;
  });
  return [
    ...lines,
    `  ${`${DOMAINS}=URL,URL`.padEnd(52)} the domains where it is used; empty: none`,
    `  ${`${ENABLED}=on|off`.padEnd(52)} whether its SAML responses are accepted`,
  ].join('\n');
}

function readField(key: string, value: string): Record<string, unknown> {
  const field = fields.find((name) => [plain(name), plain(keyOf(name))].includes(plain(key)));
  if (!field) throw new UsageError(`Unknown key: ${key}. See: anteroom idp set --help`);
  if (isSwitch(field)) return { [field]: onOrOff(key, value) };
  return { [field]: choices[field]?.find((choice) => plain(choice) === plain(value)) ?? value };
}

function isSwitch(field: keyof ProviderInput): boolean {
  return typeof initialInput[field] === 'boolean';
}

function plain(text: string): string {
  return text.toLowerCase().replaceAll('-', '');
}
