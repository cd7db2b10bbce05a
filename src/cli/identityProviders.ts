import { setProviderDomains } from '../federation/providerDomains.ts';
import {
  changeProvider,
  consequencesOf,
  providerInputOf,
  readProviderInput,
  removeProvider,
  setProviderEnabled,
} from '../federation/providers.ts';
import { listProviders } from '../store/identityProviders.ts';
import { inOneTransaction } from '../store/oneTransaction.ts';
import { accepted, command } from './command.ts';
import { importCommands } from './importProvider.ts';
import { table } from './print.ts';
import { assignmentKeys, keyOf, readAssignments } from './providerAssignments.ts';
import { details, providerJson } from './providerShown.ts';
import { domainAt, provider } from './targets.ts';

export const providerCommands = [
  ...importCommands,
  command({
    name: 'idp set',
    operands: [provider],
    rest: 'KEY=VALUE…',
    summary: 'Change the settings of an identity provider.',
    notes: `Keys and values:\n${assignmentKeys()}`,
    async run({ deps, rest }, provider) {
      const { input, enabled, domains } = readAssignments(rest);
      const domainIds = domains && (await Promise.all(domains.map((url) => domainAt(deps, url)))).map(({ id }) => id);
      const wanted = accepted(readProviderInput({ ...providerInputOf(provider), ...input }), keyOf);
      const changed = await inOneTransaction(deps, async (deps) => {
        const saved = accepted(await changeProvider(deps, provider.id, wanted), keyOf);
        if (domainIds) await setProviderDomains(deps, provider.id, domainIds);
        return enabled === undefined ? saved : setProviderEnabled(deps, provider.id, enabled);
      });
      return { json: await providerJson(deps, changed), text: `Saved ${changed.name}.` };
    },
  }),
  command({
    name: 'idp list',
    summary: 'List the identity providers in the order of their buttons.',
    async run({ deps }) {
      const providers = await listProviders(deps.store.db);
      const json = await Promise.all(providers.map((provider) => providerJson(deps, provider)));
      const rows = json.map(({ name, entityId, enabled, showButton, domains }) => ({
        NAME: name,
        ENTITYID: entityId,
        STATE: enabled ? 'enabled' : 'disabled',
        BUTTON: showButton ? 'yes' : 'no',
        DOMAINS: domains.join(', '),
      }));
      const empty = 'There are no identity providers. Import one with: anteroom idp import URL';
      return { json, text: table(rows, empty) };
    },
  }),
  command({
    name: 'idp show',
    operands: [provider],
    summary: 'Show the settings and metadata of an identity provider.',
    async run({ deps }, provider) {
      const json = await providerJson(deps, provider);
      return { json, text: details(provider, json) };
    },
  }),
  command({
    name: 'idp remove',
    operands: [provider],
    summary: 'Remove an identity provider and end the sessions that it started.',
    async run({ deps }, provider) {
      const { defaultOf, sessions } = await consequencesOf(deps, provider.id);
      const json = await providerJson(deps, provider);
      const { name } = await removeProvider(deps, provider.id);
      const warnings = defaultOf.map((url) => `${url} no longer has a Default Provider, so Auto Login is off.`);
      return { json, text: `Removed ${name}. Sessions ended: ${sessions}.`, warnings };
    },
  }),
];
