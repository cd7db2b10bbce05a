import { userInfo } from 'node:os';
import { pino } from 'pino';
import { osUserOf } from './cli/osUser.ts';
import { runCommand } from './cli/run.ts';
import { checkServerData } from './cli/serverData.ts';
import { parseConfig } from './config.ts';
import type { Deps } from './deps.ts';
import { withEnvFile } from './envFile.ts';
import { ensureFirstDomain } from './federation/domains.ts';
import { openDeps } from './openDeps.ts';
import { listDomains } from './store/domains.ts';

// `user list | head` has read enough.
for (const stream of [process.stdout, process.stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });

process.exitCode = await runCommand(process.argv.slice(2), {
  open,
  input,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  progress,
  osUser: osUserOf(userInfo, process.getuid?.()),
});

/** On a terminal, the line is cleared before anything else is written. */
function progress(text: string): void {
  if (!process.stderr.isTTY) process.stderr.write(`${text}\n`);
  else process.stderr.write(`\r\x1b[K${text}\r`);
}

/** Opens the same state as the server. Only the server applies PUBLIC_URL to existing domains, because a shell may not set it. */
async function open(envFile: string | undefined): Promise<Deps> {
  const env = withEnvFile(process.env, envFile);
  const config = { ...parseConfig(env), databaseWaitMs: 0 };
  checkServerData(env, config);
  const deps = await openDeps(config, pino({ level: 'silent' }));
  process.once('SIGINT', () => deps.background.stop()); // a job ends after the current batch
  if ((await listDomains(deps.store.db)).length === 0) await ensureFirstDomain(deps);
  return deps;
}

async function input(): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}
