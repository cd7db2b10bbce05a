import type { AttributeList } from '../people/attribute.ts';
import type { Actor } from '../store/audit.ts';
import { type AuditAction, auditActions } from './actions.ts';

/** What made a change, as screens name it. */
export const actorNames: Record<Actor['kind'], string> = {
  person: 'Person',
  source: 'Profile source',
  provider: 'Identity provider',
  setupLink: 'Provider setup link',
  commandLine: 'Command line',
  visitor: 'Visitor who was not logged in',
  server: 'Automatic',
};

/** The first parts of the actions, by which all of a family are found, with their names. */
export const actionFamilies: Record<string, string> = {
  person: 'People',
  password: 'Passwords',
  second_factor: 'Second factors',
  group: 'Groups',
  attribute: 'Custom attributes',
  source: 'Profile sources',
  job: 'Imports and bulk changes',
  settings: 'Settings',
  domain: 'Domains',
  key: 'Keys',
  provider: 'Identity providers',
  setup_link: 'Provider setup links',
  session: 'Sessions',
  webhook: 'Webhooks',
  audit: 'Audit log',
};

/** All actions, in the order of the list. */
export const allActions = Object.keys(auditActions) as AuditAction[];

/** Returns an action in words, or as it is if this version does not know it. */
export function actionText(action: string): string {
  return auditActions[action as AuditAction] ?? action;
}

/** Returns the family of an action: 'person' for 'person.updated'. */
export function familyOf(action: string): string {
  return action.split('.')[0] ?? action;
}

const SHORTEST = 3; // a shorter text is in most names

// How words within names are written. Others are in lower case.
const words: Record<string, string> = {
  id: 'ID',
  url: 'URL',
  saml: 'SAML',
  scim: 'SCIM',
  acs: 'ACS',
  sso: 'SSO',
  slo: 'SLO',
  sp: 'SP',
  idp: 'IdP',
  sha1: 'SHA-1',
  sha256: 'SHA-256',
  xml: 'XML',
  smtp: 'SMTP',
  ip: 'IP',
};

// Names in words that are not just those of their parts.
const known: Record<string, string> = {
  sourceId: 'Managed by',
  creatorId: 'Created by',
  writers: 'Written by',
  autoLogin: 'Auto Login',
  autoLoginPaused: 'Auto Login paused',
  defaultProvider: 'Default Provider',
  emailFirst: 'E-mail address first',
  domainId: 'Domain',
  providerId: 'Identity provider',
  providerIds: 'Contacts of identity providers',
  passwordSealed: 'Password of the mail server',
  entityId: 'EntityID',
  spEntityId: 'EntityID of the intranet',
  nameIdFormats: 'NameID formats',
  nameIdPolicy: 'NameID format',
  authnContexts: 'Authentication contexts',
  forceAuthn: 'Fresh login each time',
  idpInitiated: 'Logins started at the provider',
  emailDomains: 'Allowed e-mail domains',
  singleSignOnEndpoints: 'Endpoints for logins',
  singleLogoutEndpoints: 'Endpoints for single logout',
  logBodies: 'Log Request Body',
  mayGrantPowerUser: 'May grant Power User',
  hint: 'End of the token',
  who: 'Erased: who made the change', // of entries, by their numbers and hashes
  what: 'Erased: what was changed',
  metadataUrlSecrets: 'Query or password in the metadata URL',
};

/** Returns the name of what changed in words: the label of a person's attribute, otherwise 'Show button' for 'showButton'. */
export function changeLabel(targetKind: string, name: string, attributes: AttributeList): string {
  const attribute =
    targetKind === 'person'
      ? attributes.find((each) => each.name === name || (each.custom && `custom.${each.custom.id}` === name))
      : undefined;
  if (attribute) return attribute.label;
  if (name.startsWith('custom.')) return 'Attribute that was removed';
  const own = name.replace(/^meta\./, '');
  return known[own] ?? own.split('.').map(inWords).join(' › ');
}

/** Returns parts of names of changes that are shown with a text: 'showbutton' for 'Show button', 'title' for 'Job title'. */
export function namesShownAs(text: string, attributes: AttributeList): string[] {
  const [part, own] = [text.toLowerCase(), text.toLowerCase().replace(/[^a-z0-9]/g, '')];
  const labels = [...attributes.map(({ name, label }) => [name, label]), ...Object.entries(known)];
  const names = labels.flatMap(([name = '', label]) => (label?.toLowerCase() === part ? [name] : []));
  return own.length < SHORTEST || own === part ? names : [own, ...names];
}

function inWords(name: string): string {
  if (!/^[a-z][A-Za-z0-9]*$/.test(name)) return name;
  const parts = name.split(/(?<=[a-z0-9])(?=[A-Z])/).map((part) => words[part.toLowerCase()] ?? part.toLowerCase());
  const text = parts.join(' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
