import type { Deps } from '../deps.ts';
import { confirmImport, previewMetadata } from '../federation/importMetadata.ts';
import { type KnownProvider, targetOfDomain } from '../federation/importTarget.ts';
import { lineOf } from '../federation/metadata/changes.ts';
import { readSigners } from '../federation/metadata/signers.ts';
import { getCollection, searchEntities } from '../federation/metadataCollections.ts';
import { type MetadataSource, mdqUrl } from '../federation/metadataSource.ts';
import {
  changeProvider,
  domainsOfProviders,
  providerInputOf,
  readProviderInput,
  readProviderName,
} from '../federation/providers.ts';
import { inOneTransaction } from '../store/oneTransaction.ts';
import { accepted, command, Refused, UsageError } from './command.ts';
import { fileAt, flag, type Option, operand, text } from './options.ts';
import { printable, table } from './print.ts';
import { keyOf } from './providerAssignments.ts';
import { providerJson } from './providerShown.ts';
import { domain, named, provider } from './targets.ts';

const MOST_FOUND = 50;

export const importCommands = [
  command({
    name: 'idp import',
    operands: [operand('URL|FILE')],
    summary: 'Import or update an identity provider from its metadata. FILE may be - for standard input.',
    options: {
      name: providerName('The name, also on its button. The name in the metadata by default.'),
      button: flag('Show it as a button on the Log-In screen.'),
      update: named(
        provider,
        'Update this identity provider: new certificates and URLs of the same application.',
        'ID',
      ),
      domain: named(domain, 'Only for this domain. If needed, this adds another application of the provider.'),
      entityId: text('ENTITYID', 'The identity provider to take, of a collection such as that of a federation.'),
      mdq: flag('URL is the base of an MDQ server, which is asked for --entity-id.'),
      signedBy: signers('Certificates (PEM) of which one must have signed the metadata, now and at each refresh.'),
    },
    notes: [
      'A new identity provider is for all domains, unless --domain says otherwise. If one with the same EntityID is',
      'known and its certificates or URLs differ, --update or --domain is needed.',
    ].join('\n'),
    async run({ deps, options, input }, given) {
      const { name, button, update, domain, entityId, mdq, signedBy } = options;
      if (update && domain) throw new UsageError('Specify --update ID or --domain URL, not both.');
      if (mdq && entityId === undefined)
        throw new UsageError('--mdq needs --entity-id: the entity to ask the server for.');
      const source = mdq ? { url: mdqUrl(given, entityId ?? '') } : await sourceOf(given, input);
      const read = await previewMetadata(deps, source, update?.id, { signers: signedBy, entityId });
      if (!read.ok && read.collection)
        throw new Refused(
          `${Object.values(read.errors).join(' ')} Search it with: anteroom idp search ${given} TEXT. Then import with: --entity-id ENTITYID`,
        );
      const { id, provider: updated, known, metadata } = accepted(read);
      const target = domain && targetOfDomain(known, domain.id);
      if (!updated && !target) await checkUnambiguous(deps, known);
      const changed = await inOneTransaction(deps, async (deps) => {
        const imported = await confirmImport(deps, id, target);
        const entered = { ...providerInputOf(imported), ...(name === undefined ? {} : { name }) };
        const wanted = readProviderInput({ ...entered, showButton: button ?? entered.showButton });
        return accepted(await changeProvider(deps, imported.id, accepted(wanted, keyOf)), keyOf);
      });
      const done = known.some(({ provider }) => provider.id === changed.id) ? 'Updated' : 'Imported';
      return {
        json: await providerJson(deps, changed),
        text: `${done} ${changed.name} (${changed.entityId}).`,
        warnings: metadata.warnings,
      };
    },
  }),
  command({
    name: 'idp search',
    operands: [operand('URL|FILE')],
    rest: 'TEXT…',
    summary: 'Search a collection of metadata, such as that of a federation, by name or EntityID.',
    options: { signedBy: signers('Certificates (PEM) of which one must have signed it.') },
    async run({ deps, options, rest, input }, given) {
      const read = await previewMetadata(deps, await sourceOf(given, input), undefined, { signers: options.signedBy });
      if (read.ok) throw new Refused(`This is no collection, but the metadata of ${read.value.metadata.entityId}.`);
      if (!read.collection) accepted(read);
      const { entities } = await getCollection(deps, read.collection ?? '');
      const { found, count } = searchEntities(entities, rest.join(' '), MOST_FOUND);
      const rows = found.map(({ name, entityId }) => ({ NAME: name, ENTITYID: entityId }));
      const shown = table(rows, `None of ${entities.length.toLocaleString('en')} has these words.`);
      const more = count > found.length ? [`The first ${found.length} of ${count.toLocaleString('en')}.`] : [];
      return { json: found, text: [shown, ...more].join('\n') };
    },
  }),
];

/** Returns an option with the name of an identity provider. */
export function providerName(help: string): Option<string> {
  return { ...text('NAME', help), read: (entered, { name }) => accepted(readProviderName(entered), () => name) };
}

/** Returns an option with a file of certificates, with which metadata must be signed. */
function signers(help: string): Option<string> {
  const read = async (path: string) => {
    const found = accepted(readSigners((await fileAt(path)).toString()), () => '--signed-by');
    if (found === '') throw new Refused(`${path} has no certificate in PEM.`);
    return found;
  };
  return { value: 'FILE', help, read };
}

/** @throws Refused with the differences from the known providers, because an update would replace what another application needs */
async function checkUnambiguous(deps: Deps, known: KnownProvider[]): Promise<void> {
  if (known.length === 0 || (known.length === 1 && known[0]?.changes.length === 0)) return;
  const domainsOf = await domainsOfProviders(deps.store.db);
  const lines = known.flatMap(({ provider, changes }) => [
    `${provider.name} (id ${provider.id}), used at ${
      domainsOf(provider.id)
        .map(({ url }) => url)
        .join(', ') || 'no domain'
    }:`,
    ...(changes.length === 0 ? ['  no difference'] : changes.map((change) => `  ${lineOf(change)}`)),
  ]);
  throw new Refused(
    [
      'An identity provider with this EntityID is known, so nothing was imported. Difference from',
      ...lines.map(printable),
      'If the same application has new certificates or URLs, use --update ID.',
      'If this is another application of the provider, use --domain URL with the domain that it is for.',
    ].join('\n'),
  );
}

async function sourceOf(operand: string, input: () => Promise<Buffer>): Promise<MetadataSource> {
  if (/^https?:/i.test(operand)) return { url: operand };
  return { xml: operand === '-' ? await input() : await fileAt(operand) };
}
