import { parseArgs } from 'node:util';

export type DemoOptions = { connected: boolean; keep: boolean; port: number; providerPort: number };

export const usage = `npm run demo -- [--connected] [--keep] [--port 3000] [--provider-port 3001]

  --connected      start with single sign-on and provisioning set up
  --keep           keep the state of the last run; otherwise the demo starts from scratch
  --port           port of Anteroom
  --provider-port  port of Cloud Directory`;

/** Parses the arguments after `npm run demo --`. Throws an Error that says what is wrong with them. */
export function parseOptions(args: string[]): DemoOptions {
  const { values } = parseArgs({
    args,
    options: {
      connected: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      port: { type: 'string', default: '3000' },
      'provider-port': { type: 'string', default: '3001' },
    },
  });
  const port = parsePort(values.port);
  const providerPort = parsePort(values['provider-port']);
  if (port === providerPort) throw new Error('Anteroom and Cloud Directory need different ports.');
  return { connected: values.connected, keep: values.keep, port, providerPort };
}

function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port < 1 || port > 65_535)
    throw new Error(`"${text}" is not a port. Use a number from 1 to 65535.`);
  return port;
}
