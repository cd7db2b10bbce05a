import { readdirSync, readFileSync } from 'node:fs';
import { startAnteroom } from '../support/anteroom.ts';
import { withStores } from '../support/stores.ts';
import { addClient, openScimServer } from './support/scimServer.ts';
import { runSteps, type Step } from './support/steps.ts';

const [clients, cases] = ['clients/', 'cases/'].map((name) => readFolder(new URL(name, import.meta.url)));

describe('scim/clients', () => {
  withStores((open) => {
    for (const { client, steps } of clients ?? [])
      it(`serves ${client}`, async () => runSteps(await openScimServer(await open()), steps));

    // What clients send that differs from the standard, to the whole application.
    for (const { case: name, steps } of cases ?? [])
      it(`serves a client: ${name}`, async () => {
        const anteroom = await startAnteroom({ store: await open() });
        await runSteps(await addClient(anteroom), steps, await addClient(anteroom, 'Second'));
      });
  });
});

type Dialogue = { client?: string; case?: string; steps: Step[] };

function readFolder(folder: URL): Dialogue[] {
  const files = readdirSync(folder).filter((file) => !file.startsWith('08'));
  return files.map((file) => JSON.parse(readFileSync(new URL(file, folder), 'utf8')));
}
