import { z } from 'zod';
import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { type Checked, Conflict, fieldErrors, invalid, NotFound } from '../errors.ts';
import { line } from '../formText.ts';
import { releaseGroupsOf } from '../people/groups.ts';
import { type Domain, listDomains } from '../store/domains.ts';
import {
  deleteProvider,
  findProvider,
  findProviderAt,
  type IdentityProvider,
  type ProviderAbout,
  type ProviderFacts,
  type ProviderSettings,
  writeProviderEnabled,
} from '../store/identityProviders.ts';
import { deleteMetadataFetches } from '../store/metadataFetches.ts';
import { nothingRefreshed, writeRefresh } from '../store/metadataRefreshes.ts';
import { inTransaction } from '../store/oneTransaction.ts';
import { listProviderDomains } from '../store/providerDomains.ts';
import { countSessions, deleteAllSessions } from '../store/sessions.ts';
import { clearDefaultProvider } from './changeDomain.ts';
import { signersText } from './metadata/signers.ts';
import { recordProviderChange, recordRemoval, saveProviderSettings } from './recordProvider.ts';
import { entityIdText } from './serviceProvider.ts';

const list = z
  .union([z.array(z.string()), z.string().transform((value) => value.split(/[\s,;]+/))])
  .transform((values) => values.map((value) => value.trim()).filter((value) => value !== ''));

const uri = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9+.-]*:\S+$/, 'Enter a URI, such as urn:oasis:names:tc:SAML:2.0:ac:classes:Password.');

const emailDomain = z
  .string()
  .toLowerCase()
  .regex(/^@?([a-z0-9-]+\.)+[a-z0-9-]+$/, 'Enter domains such as acme.com, separated by commas.')
  .transform((value) => value.replace(/^@/, ''));

const schema = z.object({
  name: line(64).min(1, 'Enter a name. It is shown on the button.'),
  showButton: z.boolean(),
  buttonOrder: z.coerce
    .number('Enter a number.')
    .int('Enter a whole number.')
    .min(0, 'Enter 0 or more.')
    .max(999, 'Enter at most 999.'),
  match: z.enum(['userNameOrEmail', 'userName', 'email', 'externalId'], 'Select one of the four.'),
  matchAttribute: z.string().trim().max(512, 'Use at most 512 characters.'),
  emailDomains: list.pipe(z.array(emailDomain)),
  idpInitiated: z.boolean(),
  nameIdPolicy: z.union([z.literal(''), uri]),
  authnContexts: list.pipe(z.array(uri).max(10, 'Enter at most 10.')),
  forceAuthn: z.boolean(),
  signRequests: z.boolean(),
  requestBinding: z.enum(['redirect', 'post'], 'Select HTTP-Redirect or HTTP-POST.'),
  clockSkewSeconds: z.coerce
    .number('Enter a number of seconds.')
    .int('Enter a whole number of seconds.')
    .min(0, 'Enter 0 or more.')
    .max(300, 'Enter at most 300. If the clocks differ by more, correct them.'),
  allowSha1: z.boolean(),
  spEntityId: entityIdText,
  sendSubject: z.boolean(),
  singleLogout: z.boolean(),
  refresh: z.enum(['review', 'automatic', 'off'], 'Select one of the three.'),
  metadataSigners: signersText,
});

/** The fields of a provider's Edit screen. */
export type ProviderInput = z.infer<typeof schema>;

/** The values of the fields that are choices. */
export const providerChoices = {
  match: schema.shape.match.options,
  requestBinding: schema.shape.requestBinding.options,
  refresh: schema.shape.refresh.options,
};

/** The settings of a provider after its import. */
export const initialSettings: ProviderSettings = {
  match: 'userNameOrEmail',
  matchAttribute: '',
  emailDomains: [],
  idpInitiated: true,
  nameIdPolicy: '',
  authnContexts: [],
  forceAuthn: false,
  signRequests: true,
  requestBinding: 'redirect',
  clockSkewSeconds: 60,
  allowSha1: false,
  spEntityId: '',
  sendSubject: false,
  singleLogout: true,
  refresh: 'review',
  metadataSigners: '',
};

/** Checks input for the fields of the Edit screen. */
export function readProviderInput(input: unknown): Checked<ProviderInput> {
  const parsed = schema.safeParse(input);
  return parsed.success ? { ok: true, value: parsed.data } : invalid(fieldErrors(parsed.error));
}

/** Checks the name of a provider. */
export function readProviderName(name: string): Checked<string> {
  const parsed = schema.shape.name.safeParse(name);
  return parsed.success ? { ok: true, value: parsed.data } : invalid({ name: parsed.error.issues[0]?.message ?? '' });
}

/** Returns a provider's fields of the Edit screen. */
export function providerInputOf({ name, showButton, buttonOrder, settings }: IdentityProvider): ProviderInput {
  return { name, showButton, buttonOrder, ...settings };
}

/** Returns the provider with an ID. @throws NotFound */
export async function getProvider(db: Db, id: string): Promise<IdentityProvider> {
  const provider = await findProvider(db, id);
  if (!provider) throw new NotFound('There is no such identity provider.');
  return provider;
}

/** Returns the provider with an ID that a domain uses. @throws NotFound, Conflict if the domain does not use it */
export async function getProviderAt(db: Db, domainId: string, id: string): Promise<IdentityProvider> {
  const provider = await getProvider(db, id);
  if (!(await findProviderAt(db, domainId, id)))
    throw new Conflict(`${provider.name} is not used at this domain. Select the domain on its Edit screen first.`);
  return provider;
}

/** Saves the fields of the Edit screen. @throws NotFound */
export async function changeProvider(deps: Deps, id: string, input: ProviderInput): Promise<Checked<IdentityProvider>> {
  return inTransaction(deps.store.db, async (trx) => {
    const before = await getProvider(trx, id);
    const changed = withInput(before, input);
    if (!changed.ok) return changed;
    await saveProviderSettings(deps, trx, before, changed.value);
    // What is stored, or waits for approval, was not verified with the new certificate: fetch all of it again, and soon.
    if (input.metadataSigners !== before.settings.metadataSigners)
      await writeRefresh(trx, id, { ...nothingRefreshed, nextAt: deps.now() });
    return changed;
  });
}

/** Returns a provider with other fields of the Edit screen, which are not saved. Its metadata must have an endpoint for the binding. */
export function withInput(provider: IdentityProvider, input: ProviderInput): Checked<IdentityProvider> {
  const { name, showButton, buttonOrder, ...settings } = input;
  if (!singleSignOnFor(provider, settings.requestBinding))
    return invalid({ requestBinding: `${provider.name} has no endpoint with this binding.` });
  return { ok: true, value: { ...provider, name, showButton, buttonOrder, settings } };
}

/** Enables or disables a provider. Disabling ends the sessions that it started; its SAML responses are then refused. @throws NotFound */
export async function setProviderEnabled(deps: Deps, id: string, enabled: boolean): Promise<IdentityProvider> {
  return inTransaction(deps.store.db, async (trx) => {
    const provider = await getProvider(trx, id);
    await writeProviderEnabled(trx, id, enabled);
    await recordProviderChange(deps, trx, provider, { enabled: provider.enabled }, { enabled });
    if (!enabled) await deleteAllSessions(trx, { providerId: id });
    return { ...provider, enabled };
  });
}

/** Returns the domains of each provider, the oldest first. */
export async function domainsOfProviders(db: Db): Promise<(providerId: string) => Domain[]> {
  const [domains, rows] = [await listDomains(db), await listProviderDomains(db)];
  const assigned = new Set(rows.map(({ providerId, domainId }) => `${providerId} ${domainId}`));
  return (providerId) => domains.filter(({ id }) => assigned.has(`${providerId} ${id}`));
}

/** Returns what disabling or removing a provider affects: URLs of domains, and a number of sessions. */
export async function consequencesOf(
  deps: Deps,
  id: string,
): Promise<{ defaultOf: string[]; autoLoginOf: string[]; sessions: number }> {
  const domains = (await listDomains(deps.store.db)).filter((domain) => domain.defaultProviderId === id);
  return {
    defaultOf: domains.map((domain) => domain.url),
    autoLoginOf: domains.filter((domain) => domain.autoLogin).map((domain) => domain.url),
    sessions: await countSessions(deps.store.db, { providerId: id }, deps.now()),
  };
}

/** Removes a provider with its sessions, and turns Auto Login off where it was the Default Provider. @throws NotFound */
export async function removeProvider(deps: Deps, id: string): Promise<IdentityProvider> {
  return deps.store.db.transaction().execute(async (trx) => {
    const provider = await getProvider(trx, id);
    await deleteAllSessions(trx, { providerId: id });
    await clearDefaultProvider(deps, trx, id);
    await releaseGroupsOf(trx, deps, id);
    await deleteMetadataFetches(trx, id);
    await recordRemoval(deps, trx, provider);
    await deleteProvider(trx, id);
    return provider;
  });
}

/** Returns whether a provider says anything about itself. */
export function hasAbout(about: ProviderAbout | undefined): about is ProviderAbout {
  return Object.values(about ?? {}).some((value) => (Array.isArray(value) ? value.length > 0 : value !== undefined));
}

/** Returns the URL for AuthnRequests with a binding, if the provider has one. */
export function singleSignOnFor(provider: { facts: ProviderFacts }, binding: 'redirect' | 'post'): string | undefined {
  const name = binding === 'redirect' ? 'HTTP-Redirect' : 'HTTP-POST';
  return provider.facts.singleSignOn.find((endpoint) => shortBinding(endpoint.binding) === name)?.location;
}

/** Returns the usual name of a binding: 'HTTP-Redirect' for 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'. */
export function shortBinding(binding: string): string {
  return binding.slice(binding.lastIndexOf(':') + 1);
}
