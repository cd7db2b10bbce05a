import { pino } from 'pino';
import { runCommand } from './cli/run.ts';
import { parseConfig } from './config.ts';
import type { Deps } from './deps.ts';
import { ensureFirstDomain } from './federation/domains.ts';
import { openDeps } from './openDeps.ts';
import { listDomains } from './store/domains.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  open,
  input,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
});

/** Opens the same state as the server. Only the server applies PUBLIC_URL to existing domains, because a shell may not set it. */
async function open(): Promise<Deps> {
  const deps = await openDeps(parseConfig(process.env), pino({ level: 'silent' }));
  if ((await listDomains(deps.store.db)).length === 0) await ensureFirstDomain(deps);
  return deps;
}

async function input(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
