import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { whenDone } from './cleanup.ts';
import { startPostgres } from './postgresServer.ts';

let own: Promise<string> | undefined;

/** The URL of a new empty database, dropped when the test is done. */
export async function freshPostgresUrl(): Promise<string> {
  const server = await serverUrl();
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  await run(server, `create database ${name}`);
  whenDone(() => run(server, `drop database ${name} with (force)`));
  const url = new URL(server);
  url.pathname = `/${name}`;
  return url.href;
}

/** The server that `npm test` started for all its processes, or else one for this process alone. */
async function serverUrl(): Promise<string> {
  if (process.env.TEST_POSTGRES_URL) return process.env.TEST_POSTGRES_URL;
  own ??= startPostgres();
  return own;
}

async function run(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query(statement);
  await client.end();
}
