import { lineOf } from '../federation/metadata/changes.ts';
import { getVersion, rollBack, versionOrigins, versionsOf } from '../federation/metadataVersions.ts';
import { getProvider } from '../federation/providers.ts';
import { refreshMetadata } from '../federation/refreshMetadata.ts';
import { approveWaiting, refreshStateOf, rejectWaiting } from '../federation/waitingMetadata.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { type Call, type Command, isoTime, type Output, printable, Refused } from './command.ts';
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
  {
    name: 'idp refresh',
    operands: 'IDP',
    summary: 'Fetch the metadata of an identity provider again, and show changes that wait for approval.',
    run: refresh,
  },
  {
    name: 'idp approve',
    operands: 'IDP',
    summary: 'Use published metadata that waits for approval.',
    run: (call) => decide(call, (id, digest) => approveWaiting(call.deps, id, 'the command line', digest)),
  },
  {
    name: 'idp reject',
    operands: 'IDP',
    summary: 'Leave the metadata as it is, until the provider publishes something else.',
    run: (call) => decide(call, (id, digest) => rejectWaiting(call.deps, id, digest)),
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

/** @throws Refused if the refresh failed */
async function refresh({ deps, operands }: Call): Promise<Output> {
  const { id, name } = await providerNamed(deps, operands[0]);
  const outcome = await refreshMetadata(deps, id);
  if (outcome.kind === 'failed') throw new Refused(outcome.message);
  const { waiting } = await refreshStateOf(deps, await getProvider(deps.store.db, id));
  const differences = waiting?.differences.map(lineOf) ?? [];
  const texts = {
    unchanged: `The metadata of ${name} has not changed.`,
    used: `New metadata of ${name} is in use.`,
    waiting: `${name} has published changes. To use them: anteroom idp approve ${id}`,
  };
  const lines = [texts[outcome.kind], ...differences.map((line) => `  ${line}`)];
  return { json: { outcome: outcome.kind, waiting: differences }, text: lines.map(printable).join('\n') };
}

/** Decides about what waits now, and says what it was. */
async function decide(
  { deps, operands }: Call,
  decision: (id: string, digest: string) => Promise<IdentityProvider>,
): Promise<Output> {
  const provider = await providerNamed(deps, operands[0]);
  const { waiting } = await refreshStateOf(deps, provider);
  const decided = await decision(provider.id, waiting?.digest ?? '');
  const lines = [`Decided about ${decided.name}:`, ...(waiting?.differences ?? []).map((one) => `  ${lineOf(one)}`)];
  return { json: await providerJson(deps, decided), text: lines.map(printable).join('\n') };
}
