import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { prepareAnteroom } from './launch/anteroom.ts';
import { connect } from './launch/connect.ts';
import { fillDirectory } from './launch/directory.ts';
import { type DemoOptions, parseOptions, usage } from './launch/options.ts';
import { isPortFree } from './launch/ports.ts';
import { welcome } from './launch/welcome.ts';
import { startProvider } from './provider.ts';

const dataDir = join(import.meta.dirname, 'data');
const providerHost = '127.0.0.1'; // not localhost, which is Anteroom's: a browser must see two sites

await run().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
});

async function run(): Promise<void> {
  const options = readOptions();
  await checkPorts(options);
  if (!options.keep) rmSync(dataDir, { recursive: true, force: true });
  const isNew = !existsSync(dataDir);
  const provider = await startProvider({
    host: providerHost,
    port: options.providerPort,
    stateFile: join(dataDir, 'cloud-directory.json'),
  });
  const anteroom = prepareAnteroom(options.port, join(dataDir, 'anteroom'));
  const stop = () => void Promise.all([anteroom.stop(), provider.close()]).then(() => process.exit());
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, stop);
  try {
    if (isNew) await fillDirectory(anteroom);
    await anteroom.start();
    const problem = isNew && options.connected ? await connect(provider, anteroom) : undefined;
    if (problem) process.stderr.write(`${problem}\n`);
  } catch (error) {
    await anteroom.stop();
    throw error;
  }
  const isConnected = provider.state.applications.some((application) => application.sso.status === 'active');
  process.stdout.write(welcome({ anteroom: anteroom.url, provider: provider.url }, isConnected));
}

function readOptions(): DemoOptions {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

async function checkPorts({ port, providerPort }: DemoOptions): Promise<void> {
  const taken = [
    (await isPortFree(port, 'localhost')) ? [] : [port],
    (await isPortFree(providerPort, providerHost)) ? [] : [providerPort],
  ].flat();
  if (!taken.length) return;
  const ports = `npm run demo -- --port ${port + 100} --provider-port ${providerPort + 100}`;
  const subject = taken.length === 1 ? `Port ${taken[0]} is` : `Ports ${taken.join(' and ')} are`;
  throw new Error(`${subject} already in use. Use other ports:\n  ${ports}`);
}
