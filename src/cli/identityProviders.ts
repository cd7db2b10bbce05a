import { readFile } from 'node:fs/promises';
import type { Deps } from '../deps.ts';
import { confirmImport, type MetadataSource, previewMetadata } from '../federation/importMetadata.ts';
import {
  changeProvider,
  consequencesOf,
  initialSettings,
  providerInputOf,
  readProviderInput,
  removeProvider,
  setProviderEnabled,
  shortBinding,
} from '../federation/providers.ts';
import { type IdentityProvider, listProviders } from '../store/identityProviders.ts';
import { accepted, type Call, type Command, isoTime, list, type Output, Refused, table } from './command.ts';
import { assignmentKeys, keyOf, readAssignments } from './providerAssignments.ts';

export const providerCommands: Command[] = [
  {
    name: 'idp import',
    operands: 'URL|FILE',
    summary: 'Import or update an identity provider from its metadata. FILE may be - for standard input.',
    options: {
      name: { value: 'NAME', help: 'The name, also on its button. The name in the metadata by default.' },
      button: { help: 'Show it as a button on the Log-In screen.' },
    },
    run: importMetadata,
  },
  {
    name: 'idp set',
    operands: 'IDP KEY=VALUE…',
    summary: 'Change the settings of an identity provider.',
    notes: `Keys and values:\n${assignmentKeys()}`,
    run: change,
  },
  {
    name: 'idp list',
    operands: '',
    summary: 'List the identity providers in the order of their buttons.',
    run: listAll,
  },
  {
    name: 'idp show',
    operands: 'IDP',
    summary: 'Show the settings and metadata of an identity provider.',
    run: async ({ deps, operands }) => {
      const provider = await providerNamed(deps, operands[0]);
      return { json: asJson(provider), text: details(provider) };
    },
  },
  {
    name: 'idp remove',
    operands: 'IDP',
    summary: 'Remove an identity provider and end the sessions that it started.',
    run: remove,
  },
];

/** Returns the identity provider with an ID, an EntityID or a name. @throws Refused if there is none or the name is not unique */
export async function providerNamed({ store }: Deps, name = ''): Promise<IdentityProvider> {
  const providers = await listProviders(store.db);
  const exact = providers.find(({ id, entityId }) => id === name || entityId === name);
  if (exact) return exact;
  const named = providers.filter((provider) => provider.name.toLowerCase() === name.toLowerCase());
  if (named.length > 1)
    throw new Refused(
      `Several identity providers are called ${name}. Use an id: ${named.map(({ id }) => id).join(', ')}.`,
    );
  if (!named[0]) throw new Refused(`There is no identity provider ${name}.`);
  return named[0];
}

async function importMetadata({ deps, operands, text, has, input }: Call): Promise<Output> {
  const name = text('name');
  if (name !== undefined) checkName(name);
  const preview = accepted(await previewMetadata(deps, await sourceOf(operands[0] ?? '', input)));
  const imported = await confirmImport(deps, preview.id);
  const entered = { ...providerInputOf(imported), ...(name === undefined ? {} : { name }) };
  const wanted = { ...entered, showButton: entered.showButton || has('button') };
  const provider = accepted(await changeProvider(deps, imported.id, accepted(readProviderInput(wanted), keyOf)), keyOf);
  return {
    json: asJson(provider),
    text: `${preview.provider ? 'Updated' : 'Imported'} ${provider.name} (${provider.entityId}).`,
    warnings: preview.metadata.warnings,
  };
}

/** Checks the name before anything is imported. */
function checkName(name: string): void {
  accepted(readProviderInput({ name, showButton: false, buttonOrder: 0, ...initialSettings }), () => '--name');
}

async function sourceOf(operand: string, input: () => Promise<Buffer>): Promise<MetadataSource> {
  if (/^https?:/i.test(operand)) return { url: operand };
  if (operand === '-') return { xml: await input() };
  const read = readFile(operand).catch((error: NodeJS.ErrnoException) => {
    throw new Refused(error.code === 'ENOENT' ? `File not found: ${operand}` : `${operand} cannot be read.`);
  });
  return { xml: await read };
}

async function change({ deps, operands }: Call): Promise<Output> {
  const [name, ...assignments] = operands;
  const { input, enabled } = readAssignments(assignments);
  const provider = await providerNamed(deps, name);
  const wanted = accepted(readProviderInput({ ...providerInputOf(provider), ...input }), keyOf);
  let changed = accepted(await changeProvider(deps, provider.id, wanted), keyOf);
  if (enabled !== undefined) changed = await setProviderEnabled(deps, provider.id, enabled);
  return { json: asJson(changed), text: `Saved ${changed.name}.` };
}

async function listAll({ deps }: Call): Promise<Output> {
  const providers = await listProviders(deps.store.db);
  const rows = providers.map((provider) => [
    provider.name,
    provider.entityId,
    provider.enabled ? 'enabled' : 'disabled',
    provider.showButton ? 'yes' : 'no',
  ]);
  const empty = 'There are no identity providers. Import one with: anteroom idp import URL';
  return { json: providers.map(asJson), text: table(['NAME', 'ENTITYID', 'STATE', 'BUTTON'], rows, empty) };
}

async function remove({ deps, operands }: Call): Promise<Output> {
  const { id } = await providerNamed(deps, operands[0]);
  const { defaultOf, sessions } = await consequencesOf(deps, id);
  const provider = await removeProvider(deps, id);
  const warnings = defaultOf.map((url) => `${url} no longer has a Default Provider, so Auto Login is off.`);
  return {
    json: asJson(provider),
    text: `Removed ${provider.name}. Sessions ended: ${sessions}.`,
    warnings,
  };
}

function asJson(provider: IdentityProvider) {
  const { facts } = provider;
  return {
    id: provider.id,
    entityId: provider.entityId,
    enabled: provider.enabled,
    ...providerInputOf(provider),
    singleSignOn: facts.singleSignOn,
    singleLogout: facts.singleLogout,
    nameIdFormats: facts.nameIdFormats,
    certificates: facts.certificates.map((certificate) => ({
      ...certificate,
      notBefore: isoTime(certificate.notBefore),
      notAfter: isoTime(certificate.notAfter),
    })),
    validUntil: isoTime(facts.validUntil),
    metadataUrl: provider.metadataUrl,
    importedAt: isoTime(provider.importedAt),
    createdAt: isoTime(provider.createdAt),
  };
}

function details(provider: IdentityProvider): string {
  const { facts } = provider;
  const input = Object.entries(providerInputOf(provider)).map(([field, value]): [string, string] => [
    keyOf(field),
    typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value),
  ]);
  return list([
    ['id', provider.id],
    ['EntityID', provider.entityId],
    ['enabled', provider.enabled ? 'on' : 'off'],
    ...input,
    ...facts.singleSignOn.map(({ binding, location }): [string, string] => [
      `SSO by ${shortBinding(binding)}`,
      location,
    ]),
    ...facts.certificates.map(({ sha256, notAfter, keyDescription }): [string, string] => [
      notAfter === undefined
        ? 'key without certificate'
        : `certificate, valid until ${isoTime(notAfter)?.slice(0, 10)}`,
      `${keyDescription}, SHA-256 ${sha256}`,
    ]),
    ['metadata URL', provider.metadataUrl ?? ''],
  ]);
}
