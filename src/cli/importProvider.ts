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
import { accepted, type Call, fileAt, type Output, printable, Refused, table, UsageError } from './command.ts';
import { domainAt } from './domainAt.ts';
import { keyOf } from './providerAssignments.ts';
import { providerJson, providerNamed } from './providerShown.ts';

const MOST_FOUND = 50;

/** Imports or updates an identity provider. @throws Refused if it is not clear whether an update or another application is meant */
export async function importProvider({ deps, operands, text, has, input }: Call): Promise<Output> {
  const name = text('name');
  if (name !== undefined) accepted(readProviderName(name), () => '--name');
  const [update, url] = [text('update'), text('domain')];
  if (update !== undefined && url !== undefined) throw new UsageError('Specify --update ID or --domain URL, not both.');
  const providerId = update === undefined ? undefined : (await providerNamed(deps, update)).id;
  const domain = url === undefined ? undefined : await domainAt(deps, url);
  const [entityId, mdq] = [text('entity-id'), has('mdq')];
  if (mdq && entityId === undefined) throw new UsageError('--mdq needs --entity-id: the entity to ask the server for.');
  const given = operands[0] ?? '';
  const source = mdq ? { url: mdqUrl(given, entityId ?? '') } : await sourceOf(given, input);
  const selected = { signers: await signersIn(text('signed-by')), ...(entityId !== undefined && { entityId }) };
  const read = await previewMetadata(deps, source, providerId, selected);
  if (!read.ok && read.collection)
    throw new Refused(
      `${Object.values(read.errors).join(' ')} Search it with: anteroom idp search ${given} TEXT. Then import with: --entity-id ENTITYID`,
    );
  const preview = accepted(read);
  const { provider: updated, known } = preview;
  const target = domain && targetOfDomain(known, domain.id);
  if (!updated && !target) await checkUnambiguous(deps, known);
  const imported = await confirmImport(deps, preview.id, target);
  const entered = { ...providerInputOf(imported), ...(name === undefined ? {} : { name }) };
  const wanted = { ...entered, showButton: entered.showButton || has('button') };
  const provider = accepted(await changeProvider(deps, imported.id, accepted(readProviderInput(wanted), keyOf)), keyOf);
  return {
    json: await providerJson(deps, provider),
    text: `${known.some((entry) => entry.provider.id === imported.id) ? 'Updated' : 'Imported'} ${provider.name} (${provider.entityId}).`,
    warnings: preview.metadata.warnings,
  };
}

/** Lists the identity providers of a collection whose name or EntityID has the words of a text. @throws Refused */
export async function searchCollection({ deps, operands, text, input }: Call): Promise<Output> {
  const [given = '', ...words] = operands;
  const signers = await signersIn(text('signed-by'));
  const read = await previewMetadata(deps, await sourceOf(given, input), undefined, { signers });
  if (read.ok) throw new Refused(`This is no collection, but the metadata of ${read.value.metadata.entityId}.`);
  if (!read.collection) accepted(read);
  const { entities } = await getCollection(deps, read.collection ?? '');
  const { found, count } = searchEntities(entities, words.join(' '), MOST_FOUND);
  const rows = found.map(({ name, entityId }) => [name, entityId]);
  const shown = table(['NAME', 'ENTITYID'], rows, `None of ${entities.length.toLocaleString('en')} has these words.`);
  const more = count > found.length ? [`The first ${found.length} of ${count.toLocaleString('en')}.`] : [];
  return { json: found, text: [shown, ...more].join('\n') };
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

/** Returns the certificates in a file, with which metadata must be signed. @throws Refused */
async function signersIn(file: string | undefined): Promise<string> {
  if (file === undefined) return '';
  const signers = accepted(readSigners((await fileAt(file)).toString()), () => '--signed-by');
  if (signers === '') throw new Refused(`${file} has no certificate in PEM.`);
  return signers;
}
