import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Inputs } from '../messages.ts';
import type { Contender } from './contender.ts';
import { freePort, startServer } from './process.ts';

const MODULES = '/usr/lib/apache2/modules';
const NEEDED = ['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'mime', 'env', 'auth_mellon'];

/** Returns whether Apache with mod_auth_mellon is installed (Debian: apache2, libapache2-mod-auth-mellon). */
export function hasMellon(): boolean {
  return existsSync(`${MODULES}/mod_auth_mellon.so`) && spawnSync('/usr/sbin/apache2', ['-v']).status === 0;
}

/** Starts Apache with mod_auth_mellon (C, on lasso). `tuned`: it does not load certificates and the time zone for each response. */
export async function startMellon(inputs: Inputs, certificatePem: string, tuned: boolean): Promise<Contender> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const directory = mkdtempSync(join(tmpdir(), 'anteroom-mellon-'));
  chmodSync(directory, 0o755);
  const audience = { entityId: `${url}/mellon/metadata`, acsUrl: `${url}/mellon/postResponse` };
  writeFiles(directory, inputs, certificatePem, audience, port);
  const env: Record<string, string> = tuned ? { SSL_CERT_FILE: '/dev/null', TZ: 'UTC0' } : {};
  const server = await startServer('/usr/sbin/apache2', ['-f', join(directory, 'httpd.conf'), '-DFOREGROUND'], {
    port,
    env,
  });
  return {
    name: tuned ? 'mod_auth_mellon, tuned' : 'mod_auth_mellon',
    audience,
    target: { acsUrl: audience.acsUrl, relayState: `${url}/home/` },
    expected: 'Logged in',
    batch: tuned ? 300 : 150,
    stop: async () => {
      await server.stop();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function writeFiles(
  directory: string,
  { own, provider }: Inputs,
  certificatePem: string,
  audience: Contender['audience'],
  port: number,
): void {
  const metadata = own.metadata.replaceAll(own.entityId, audience.entityId).replaceAll(own.acsUrl, audience.acsUrl);
  mkdirSync(join(directory, 'www/home'), { recursive: true });
  writeFileSync(join(directory, 'www/home/index.html'), '<!doctype html><title>Home</title><p>Logged in');
  writeFileSync(join(directory, 'sp.xml'), metadata);
  writeFileSync(join(directory, 'sp.key'), own.privateKeyPem);
  writeFileSync(join(directory, 'sp.pem'), certificatePem);
  writeFileSync(join(directory, 'idp.xml'), provider.metadata);
  writeFileSync(join(directory, 'mime.types'), 'text/html html\n');
  writeFileSync(join(directory, 'httpd.conf'), configuration(directory, port));
}

function configuration(directory: string, port: number): string {
  const modules = NEEDED.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`).join('\n');
  return `${modules}
ServerRoot "${directory}"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
PidFile "${directory}/httpd.pid"
DefaultRuntimeDir "${directory}"
User www-data
Group www-data
ErrorLog "${directory}/error.log"
LogLevel warn
DocumentRoot "${directory}/www"
TypesConfig "${directory}/mime.types"
DirectoryIndex index.html
KeepAlive On
MaxKeepAliveRequests 0
MellonCacheSize 10000
MellonLockFile "${directory}/mellon.lock"
<Location />
  MellonEnable "info"
  MellonEndpointPath "/mellon"
  MellonSecureCookie Off
  MellonSPMetadataFile "${directory}/sp.xml"
  MellonSPPrivateKeyFile "${directory}/sp.key"
  MellonSPCertFile "${directory}/sp.pem"
  MellonIdPMetadataFile "${directory}/idp.xml"
  Require all granted
</Location>
<Location /home>
  AuthType "Mellon"
  MellonEnable "auth"
  Require valid-user
</Location>
`;
}
