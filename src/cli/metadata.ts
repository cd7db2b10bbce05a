import type { Deps } from '../deps.ts';
import { lineOf } from '../federation/metadata/changes.ts';
import { getVersion, rollBack, versionOrigins, versionsOf } from '../federation/metadataVersions.ts';
import { getProvider } from '../federation/providers.ts';
import { refreshMetadata } from '../federation/refreshMetadata.ts';
import { approveWaiting, refreshStateOf, rejectWaiting } from '../federation/waitingMetadata.ts';
import type { IdentityProvider } from '../store/identityProviders.ts';
import { AUTHOR, command, type Output, Refused } from './command.ts';
import { operand } from './options.ts';
import { isoTime, printable } from './print.ts';
import { providerJson } from './providerShown.ts';
import { provider } from './targets.ts';

export const metadataCommands = [
  command({
    name: 'idp versions',
    operands: [provider],
    summary: 'List the versions of the metadata of an identity provider, the newest first, with what each changed.',
    async run({ deps }, provider) {
      const versions = await versionsOf(deps, provider);
      const json = versions.map(({ id, at, origin, author, current, metadataUrl, changed }) => ({
        ...{ id, at: isoTime(at), origin, author, current, metadataUrl },
        changed: changed?.map(lineOf) ?? null,
      }));
      const lines = json.flatMap(({ id, at, origin, author, current, changed }) => [
        `${id}  ${at}  ${versionOrigins[origin]}${author ? ` by ${author}` : ''}${current ? ', in use' : ''}`,
        ...(changed ?? ['The oldest version that is kept.']).map((line) => `  ${line}`),
      ]);
      return { json, text: lines.map(printable).join('\n') };
    },
  }),
  command({
    name: 'idp rollback',
    operands: [provider, operand('VERSION')],
    summary: 'Use an earlier version of the metadata again. VERSION is an id from: anteroom idp versions IDP',
    async run({ deps }, provider, version) {
      const { differences } = await getVersion(deps.store.db, provider, version);
      const changed = await rollBack(deps, provider.id, version, AUTHOR);
      const text = titled(`Rolled back the metadata of ${changed.name}.`, differences.map(lineOf));
      return { json: await providerJson(deps, changed), text };
    },
  }),
  command({
    name: 'idp refresh',
    operands: [provider],
    summary: 'Fetch the metadata of an identity provider again, and show changes that wait for approval.',
    async run({ deps }, { id, name }) {
      const outcome = await refreshMetadata(deps, id);
      if (outcome.kind === 'failed') throw new Refused(outcome.message);
      const waiting = await waitingFor(deps, await getProvider(deps.store.db, id));
      const texts = {
        unchanged: `The metadata of ${name} has not changed.`,
        used: `New metadata of ${name} is in use.`,
        waiting: `${name} has published changes. To use them: anteroom idp approve ${id}`,
      };
      const { kind } = outcome;
      return { json: { outcome: kind, waiting: waiting.lines }, text: titled(texts[kind], waiting.lines) };
    },
  }),
  command({
    name: 'idp approve',
    operands: [provider],
    summary: 'Use published metadata that waits for approval.',
    async run({ deps }, provider) {
      const { digest, lines } = await waitingFor(deps, provider);
      return decided(deps, await approveWaiting(deps, provider.id, AUTHOR, digest), lines);
    },
  }),
  command({
    name: 'idp reject',
    operands: [provider],
    summary: 'Leave the metadata as it is, until the provider publishes something else.',
    async run({ deps }, provider) {
      const { digest, lines } = await waitingFor(deps, provider);
      return decided(deps, await rejectWaiting(deps, provider.id, digest), lines);
    },
  }),
];

/** Returns the digest of what waits for approval, and the lines of what it changes. */
async function waitingFor(deps: Deps, provider: IdentityProvider): Promise<{ digest: string; lines: string[] }> {
  const { waiting } = await refreshStateOf(deps, provider);
  return { digest: waiting?.digest ?? '', lines: waiting?.differences.map(lineOf) ?? [] };
}

async function decided(deps: Deps, provider: IdentityProvider, lines: string[]): Promise<Output> {
  return { json: await providerJson(deps, provider), text: titled(`Decided about ${provider.name}:`, lines) };
}

function titled(title: string, lines: string[]): string {
  return [title, ...lines.map((line) => `  ${line}`)].map(printable).join('\n');
}
