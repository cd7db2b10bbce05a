import { lineOf } from '../federation/metadata/changes.ts';
import { getVersion, rollBack, versionOrigins, versionsOf } from '../federation/metadataVersions.ts';
import { type Call, type Command, isoTime, type Output, printable } from './command.ts';
import { providerJson, providerNamed } from './providerShown.ts';

export const metadataCommands: Command[] = [
  {
    name: 'idp versions',
    operands: 'IDP',
    summary: 'List the versions of the metadata of an identity provider, the newest first, with what each changed.',
    run: listAll,
  },
  {
    name: 'idp rollback',
    operands: 'IDP VERSION',
    summary: 'Use an earlier version of the metadata again. VERSION is an id from: anteroom idp versions IDP',
    run: rollBackTo,
  },
];

async function listAll({ deps, operands }: Call): Promise<Output> {
  const versions = await versionsOf(deps, await providerNamed(deps, operands[0]));
  const json = versions.map(({ id, at, origin, author, current, metadataUrl, changed }) => ({
    ...{ id, at: isoTime(at), origin, author, current, metadataUrl },
    changed: changed?.map(lineOf) ?? null,
  }));
  const lines = json.flatMap(({ id, at, origin, author, current, changed }) => [
    `${id}  ${at}  ${versionOrigins[origin]}${author ? ` by ${author}` : ''}${current ? ', in use' : ''}`,
    ...(changed ?? ['The oldest version that is kept.']).map((line) => `  ${line}`),
  ]);
  return { json, text: lines.map(printable).join('\n') };
}

async function rollBackTo({ deps, operands }: Call): Promise<Output> {
  const provider = await providerNamed(deps, operands[0]);
  const { differences } = await getVersion(deps.store.db, provider, operands[1] ?? '');
  const changed = await rollBack(deps, provider.id, operands[1] ?? '', 'the command line');
  const lines = [`Rolled back the metadata of ${changed.name}.`, ...differences.map((one) => `  ${lineOf(one)}`)];
  return { json: await providerJson(deps, changed), text: lines.map(printable).join('\n') };
}
