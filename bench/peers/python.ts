import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Runner } from '../measure.ts';
import { CASES, type Inputs } from '../messages.ts';
import type { Peer } from './peer.ts';

const SCRIPT = new URL('python.py', import.meta.url).pathname;

/** Returns lasso and xmlsec (C) through their Python bindings, if they are installed. */
export async function pythonPeers(inputs: Inputs): Promise<Peer[]> {
  const python = ['/usr/bin/python3', 'python3'].find(hasBindings);
  if (python === undefined) return [];
  const directory = mkdtempSync(join(tmpdir(), 'anteroom-bench-'));
  const keyFile = join(directory, 'key.pem');
  writeFileSync(keyFile, inputs.own.privateKeyPem, { mode: 0o600 });
  const child = spawn(python, [SCRIPT], { stdio: ['pipe', 'pipe', 'ignore'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (line: string): Promise<string> => {
    child.stdin.write(`${line}\n`);
    return String((await lines.next()).value);
  };
  const versions = JSON.parse(await ask(JSON.stringify(pythonInputs(inputs, keyFile)))) as Record<string, string>;
  const close = () => {
    child.kill();
    rmSync(directory, { recursive: true, force: true });
  };
  return Object.entries(versions).map(([name, version]) => ({ name, version, runners: runnersOf(name, ask), close }));
}

function runnersOf(name: string, ask: (line: string) => Promise<string>): Peer['runners'] {
  const runner =
    (of: string): Runner =>
    async (times) => {
      const reply = await ask(`${name} ${of} ${times}`);
      if (!/^\d+$/.test(reply)) throw new Error(`${name}, ${of}: ${reply}`);
      return Number(reply);
    };
  return Object.fromEntries(CASES.map((of) => [of, runner(of)]));
}

function hasBindings(python: string): boolean {
  return ['lasso', 'xmlsec'].some((name) => spawnSync(python, ['-c', `import ${name}`]).status === 0);
}

function pythonInputs({ fields, provider, own }: Inputs, ownKeyFile: string) {
  return {
    fields,
    certificate: provider.certificatePem,
    providerMetadata: provider.metadata,
    ownMetadata: own.metadata,
    ownKey: own.privateKeyPem,
    ownKeyFile,
  };
}
