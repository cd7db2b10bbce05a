import { z } from 'zod';
import { parseTrustProxy } from './network.ts';
import { facilities, parseSyslogUrl, readAuthorities, readIdentity, type SyslogReceiver } from './syslogReceiver.ts';

export type Config = Readonly<{
  production: boolean;
  host: string;
  port: number;
  publicUrl: string; // the origin of the first domain
  databaseUrl: string;
  databasePoolSize: number;
  databaseWaitMs: number;
  dataDir: string;
  secretKey: string | undefined; // base64 of 32 bytes; undefined: a file in dataDir
  trustProxy: string[] | number | false;
  metadataPrivateNetworks: 'allow' | 'deny';
  webhookPrivateNetworks: 'allow' | 'deny';
  rateLimits: boolean;
  loginActivityDays: number; // how long attempts are kept
  auditSyslog: SyslogReceiver | undefined;
  logLevel: 'silent' | 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace';
}>;

/** An environment variable, as listed in docs/configuration.md. */
export type Variable = { name: string; fallback: string; meaning: string };

const facilityNames = Object.keys(facilities) as (keyof typeof facilities)[];

const number = z.string().regex(/^\d+$/, 'must be a number').transform(Number);
const allowOrDeny = z.enum(['allow', 'deny']).optional();
const networksFallback = 'allow; deny with NODE_ENV=production';

/** Every environment variable, in the order of docs/configuration.md: what it may be, and what the page says about it. */
const schemas = {
  HOST: z.string().min(1).optional().meta({
    fallback: 'localhost; all addresses with NODE_ENV=production',
    meaning: 'The address to listen on.',
  }),
  PORT: number.pipe(z.number().max(65_535, 'must be at most 65535')).default(3000).meta({
    fallback: '3000',
    meaning: 'The port to listen on. 0 picks a free port; set PUBLIC_URL too in this case.',
  }),
  PUBLIC_URL: z.string().optional().meta({
    fallback: 'http://localhost:PORT; required with NODE_ENV=production',
    meaning: 'The address that people open: scheme, host and port, without a path. It becomes the first domain.',
  }),
  DATABASE_URL: z
    .string()
    .regex(/^(sqlite:.|postgres(ql)?:\/\/.)/, 'must start with sqlite: or postgres://')
    .optional()
    .meta({
      fallback: 'sqlite:DATA_DIR/anteroom.db',
      meaning:
        'The database: sqlite:FILE or postgres://user:password@host/database. PostgreSQL may have several hosts, as in host1:5432,host2:5432; Anteroom uses the one that takes writes.',
    }),
  DATABASE_POOL_SIZE: z
    .string()
    .regex(/^[1-9]\d{0,2}$/, 'must be a number from 1 to 999')
    .transform(Number)
    .default(20)
    .meta({ fallback: '20', meaning: 'The most connections to PostgreSQL that Anteroom opens.' }),
  DATABASE_WAIT: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number of seconds, at most 9999')
    .transform(Number)
    .default(60)
    .meta({
      fallback: '60',
      meaning: 'For how many seconds the server waits at its start for a database that does not respond yet.',
    }),
  DATA_DIR: z.string().min(1).default('data').meta({
    fallback: 'data',
    meaning:
      'The folder of the SQLite database and the secret key. It is created if it is missing. In production, use an absolute path.',
  }),
  SECRET_KEY: z
    .string()
    .refine((value) => Buffer.from(value, 'base64').length >= 32, 'must be at least 32 bytes in base64')
    .optional()
    .meta({
      fallback: 'the file DATA_DIR/secret.key, created at the first start',
      meaning:
        '32 random bytes in base64. Signs cookies and encrypts private keys at rest. All instances must use the same key.',
    }),
  TRUST_PROXY: z
    .string()
    .default('')
    .transform(parseTrustProxy)
    .refine((value) => value !== undefined, 'must be addresses or networks separated by commas, loopback, or a number')
    .meta({
      fallback: 'none',
      meaning:
        'The reverse proxies whose X-Forwarded-For and X-Forwarded-Host headers are trusted: addresses and networks separated by commas, loopback, or the number of proxies.',
    }),
  METADATA_PRIVATE_NETWORKS: allowOrDeny.meta({
    fallback: networksFallback,
    meaning: 'Whether metadata may be fetched from loopback and private addresses: allow or deny.',
  }),
  WEBHOOK_PRIVATE_NETWORKS: allowOrDeny.meta({
    fallback: networksFallback,
    meaning: 'Whether events may be sent to webhooks at loopback and private addresses: allow or deny.',
  }),
  RATE_LIMITS: z
    .enum(['on', 'off'])
    .default('on')
    .meta({ fallback: 'on', meaning: 'Whether repeated failures are limited: on or off.' }),
  LOGIN_ACTIVITY_DAYS: number
    .pipe(z.number().min(1, 'must be at least 1').max(3_650, 'must be at most 3650'))
    .default(400)
    .meta({
      fallback: '400',
      meaning: 'For how many days Login activity is kept: 1 to 3650. The names of deleted people go with it.',
    }),
  AUDIT_SYSLOG: z
    .string()
    .transform(parseSyslogUrl)
    .refine((value) => value !== undefined, 'must be tls://HOST:6514, tcp://HOST:601 or udp://HOST:514')
    .optional()
    .meta({
      fallback: 'none',
      meaning:
        'Where the audit log is sent by syslog: tls://HOST:6514, tcp://HOST:601 or udp://HOST:514. Set it on all instances. See [docs/audit.md](audit.md#syslog).',
    }),
  AUDIT_SYSLOG_FACILITY: z
    .enum(facilityNames)
    .default('authpriv')
    .meta({ fallback: 'authpriv', meaning: `The facility of its messages: ${facilityNames.join(', ')}.` }),
  AUDIT_SYSLOG_CA: z.string().transform(contentOf(readAuthorities)).optional().meta({
    fallback: 'the authorities that Node.js knows',
    meaning: 'A PEM file with the only authorities that the certificate of a tls:// receiver may be from.',
  }),
  AUDIT_SYSLOG_CERTIFICATE: z.string().transform(contentOf(readIdentity)).optional().meta({
    fallback: 'none',
    meaning: 'A PEM file with a certificate and its private key, if a tls:// receiver asks for one.',
  }),
  LOG_LEVEL: z
    .enum(['silent', 'fatal', 'error', 'warn', 'info', 'debug', 'trace'])
    .default('info')
    .meta({ fallback: 'info', meaning: 'silent, fatal, error, warn, info, debug or trace.' }),
  NODE_ENV: z.string().optional().meta({ fallback: 'none', meaning: 'Set to production on a server that people use.' }),
};

/** The variables for docs/configuration.md. */
export const variables = Object.entries(schemas).map(([name, schema]) => ({ name, ...schema.meta() }) as Variable);

const environment = z.object(schemas).superRefine((env, context) => {
  const error = publicUrlError(env.PUBLIC_URL, env.NODE_ENV === 'production');
  if (error) context.addIssue({ code: 'custom', path: ['PUBLIC_URL'], message: error });
  for (const name of ['AUDIT_SYSLOG_CA', 'AUDIT_SYSLOG_CERTIFICATE'] as const)
    if (env[name] !== undefined && env.AUDIT_SYSLOG?.protocol !== 'tls')
      context.addIssue({ code: 'custom', path: [name], message: 'needs AUDIT_SYSLOG=tls://HOST:6514' });
});

/**
 * Returns the configuration from environment variables, and the files that they name. Empty variables count as absent.
 * @throws Error that lists all invalid variables, one per line
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== undefined && value !== ''));
  const parsed = environment.safeParse(given);
  if (!parsed.success) {
    const errors = parsed.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`);
    throw new Error(`Invalid configuration:\n${errors.map((error) => `  ${error}`).join('\n')}`);
  }
  const values = parsed.data;
  const production = values.NODE_ENV === 'production';
  return Object.freeze({
    production,
    host: values.HOST ?? (production ? '::' : 'localhost'),
    port: values.PORT,
    publicUrl: new URL(values.PUBLIC_URL ?? `http://localhost:${values.PORT}`).origin,
    databaseUrl: values.DATABASE_URL ?? `sqlite:${values.DATA_DIR}/anteroom.db`,
    databasePoolSize: values.DATABASE_POOL_SIZE,
    databaseWaitMs: values.DATABASE_WAIT * 1_000,
    dataDir: values.DATA_DIR,
    secretKey: values.SECRET_KEY,
    trustProxy: values.TRUST_PROXY ?? false,
    metadataPrivateNetworks: values.METADATA_PRIVATE_NETWORKS ?? (production ? 'deny' : 'allow'),
    webhookPrivateNetworks: values.WEBHOOK_PRIVATE_NETWORKS ?? (production ? 'deny' : 'allow'),
    rateLimits: values.RATE_LIMITS === 'on',
    loginActivityDays: values.LOGIN_ACTIVITY_DAYS,
    auditSyslog: values.AUDIT_SYSLOG && {
      ...values.AUDIT_SYSLOG,
      facility: facilities[values.AUDIT_SYSLOG_FACILITY],
      ca: values.AUDIT_SYSLOG_CA,
      identity: values.AUDIT_SYSLOG_CERTIFICATE,
    },
    logLevel: values.LOG_LEVEL,
  });
}

/** Returns what reads a variable that names a file, as the content of the file. */
function contentOf(read: (file: string) => string) {
  return (file: string, context: z.RefinementCtx) => {
    try {
      return read(file);
    } catch (error) {
      context.addIssue({ code: 'custom', message: `${file} ${error instanceof Error ? error.message : error}` });
      return z.NEVER;
    }
  };
}

function publicUrlError(value: string | undefined, production: boolean): string | undefined {
  if (value === undefined)
    return production ? 'is required with NODE_ENV=production, for example https://intranet.acme.com' : undefined;
  if (!URL.canParse(value)) return 'must be a URL such as https://intranet.acme.com';
  const url = new URL(value);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'must start with https:// or http://';
  if (url.pathname !== '/' || url.search || url.hash || url.username || url.password)
    return 'must be scheme, host and port, without a path';
  return undefined;
}
