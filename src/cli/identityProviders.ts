import { setProviderDomains } from '../federation/providerDomains.ts';
import {
  changeProvider,
  consequencesOf,
  getProvider,
  providerInputOf,
  readProviderInput,
  removeProvider,
  setProviderEnabled,
} from '../federation/providers.ts';
import { listProviders } from '../store/identityProviders.ts';
import { accepted, type Call, type Command, type Output, table } from './command.ts';
import { domainAt } from './domainAt.ts';
import { importProvider, searchCollection } from './importProvider.ts';
import { assignmentKeys, keyOf, readAssignments } from './providerAssignments.ts';
import { details, providerJson, providerNamed } from './providerShown.ts';

export const providerCommands: Command[] = [
  {
    name: 'idp import',
    operands: 'URL|FILE',
    summary: 'Import or update an identity provider from its metadata. FILE may be - for standard input.',
    options: {
      name: { value: 'NAME', help: 'The name, also on its button. The name in the metadata by default.' },
      button: { help: 'Show it as a button on the Log-In screen.' },
      update: {
        value: 'ID',
        help: 'Update this identity provider: new certificates and URLs of the same application.',
      },
      domain: { value: 'URL', help: 'Only for this domain. If needed, this adds another application of the provider.' },
      'entity-id': {
        value: 'ENTITYID',
        help: 'The identity provider to take, of a collection such as that of a federation.',
      },
      mdq: { help: 'URL is the base of an MDQ server, which is asked for --entity-id.' },
      'signed-by': {
        value: 'FILE',
        help: 'Certificates (PEM) of which one must have signed the metadata, now and at each refresh.',
      },
    },
    notes: [
      'A new identity provider is for all domains, unless --domain says otherwise. If one with the same EntityID is',
      'known and its certificates or URLs differ, --update or --domain is needed.',
    ].join('\n'),
    run: importProvider,
  },
  {
    name: 'idp search',
    operands: 'URL|FILE TEXT…',
    summary: 'Search a collection of metadata, such as that of a federation, by name or EntityID.',
    options: { 'signed-by': { value: 'FILE', help: 'Certificates (PEM) of which one must have signed it.' } },
    run: searchCollection,
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
      const json = await providerJson(deps, provider);
      return { json, text: details(provider, json) };
    },
  },
  {
    name: 'idp remove',
    operands: 'IDP',
    summary: 'Remove an identity provider and end the sessions that it started.',
    run: remove,
  },
];

async function change({ deps, operands }: Call): Promise<Output> {
  const [name, ...assignments] = operands;
  const { input, enabled, domains } = readAssignments(assignments);
  const provider = await providerNamed(deps, name);
  const domainIds = domains && (await Promise.all(domains.map((url) => domainAt(deps, url)))).map(({ id }) => id);
  const wanted = accepted(readProviderInput({ ...providerInputOf(provider), ...input }), keyOf);
  let changed = accepted(await changeProvider(deps, provider.id, wanted), keyOf);
  if (domainIds) await setProviderDomains(deps, provider.id, domainIds);
  if (enabled !== undefined) changed = await setProviderEnabled(deps, provider.id, enabled);
  return { json: await providerJson(deps, changed), text: `Saved ${changed.name}.` };
}

async function listAll({ deps }: Call): Promise<Output> {
  const providers = await listProviders(deps.store.db);
  const json = await Promise.all(providers.map((provider) => providerJson(deps, provider)));
  const rows = json.map(({ name, entityId, enabled, showButton, domains }) => [
    name,
    entityId,
    enabled ? 'enabled' : 'disabled',
    showButton ? 'yes' : 'no',
    domains.join(', '),
  ]);
  const empty = 'There are no identity providers. Import one with: anteroom idp import URL';
  return { json, text: table(['NAME', 'ENTITYID', 'STATE', 'BUTTON', 'DOMAINS'], rows, empty) };
}

async function remove({ deps, operands }: Call): Promise<Output> {
  const { id } = await providerNamed(deps, operands[0]);
  const { defaultOf, sessions } = await consequencesOf(deps, id);
  const json = await providerJson(deps, await getProvider(deps.store.db, id));
  const provider = await removeProvider(deps, id);
  const warnings = defaultOf.map((url) => `${url} no longer has a Default Provider, so Auto Login is off.`);
  return {
    json,
    text: `Removed ${provider.name}. Sessions ended: ${sessions}.`,
    warnings,
  };
}
