import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

const [USER_PRESENT, USER_VERIFIED, HAS_CREDENTIAL] = [0x01, 0x04, 0x40];

/** What a test changes about a response: everything that a server must check. */
export type Lies = {
  origin?: string;
  rpId?: string;
  challenge?: string;
  type?: string;
  userHandle?: string;
  verified?: boolean; // false: the authenticator did not verify the person
  counter?: number;
  key?: KeyObject; // signs instead of the credential's own key
};

type Options = { challenge: string; rp?: { id?: string }; rpId?: string; user?: { id: string } };

export type Authenticator = ReturnType<typeof createAuthenticator>;

/** Returns an authenticator in software with one ES256 passkey, which responds as browsers do (WebAuthn 6.1, 6.5). */
export function createAuthenticator(origin: string, { counts = true } = {}) {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const id = randomBytes(32);
  let counter = 0;
  let handle = '';

  function signed(options: Options, lies: Lies, extra = Buffer.alloc(0)): Buffer {
    counter += counts ? 1 : 0;
    const rpId = lies.rpId ?? options.rp?.id ?? options.rpId ?? '';
    const flags =
      USER_PRESENT | (lies.verified === false ? 0 : USER_VERIFIED) | (extra.length > 0 ? HAS_CREDENTIAL : 0);
    const count = Buffer.alloc(4);
    count.writeUInt32BE(lies.counter ?? counter);
    return Buffer.concat([sha256(rpId), Buffer.from([flags]), count, extra]);
  }

  const clientData = (options: Options, type: string, lies: Lies) =>
    Buffer.from(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? options.challenge,
        origin: lies.origin ?? origin,
        crossOrigin: false,
      }),
    );

  const envelope = (response: Record<string, unknown>) =>
    JSON.stringify({ id: text(id), rawId: text(id), type: 'public-key', response, clientExtensionResults: {} });

  return {
    /** The JSON of navigator.credentials.create(). */
    create(options: Options, lies: Lies = {}): string {
      handle = options.user?.id ?? '';
      const length = Buffer.from([0, id.length]);
      const credential = Buffer.concat([Buffer.alloc(16), length, id, coseKey(publicKey)]);
      const attestation = Buffer.concat([
        Buffer.from([0xa3]),
        ...[cborText('fmt'), cborText('none'), cborText('attStmt'), Buffer.from([0xa0])],
        ...[cborText('authData'), cborBytes(signed(options, lies, credential))],
      ]);
      return envelope({
        clientDataJSON: text(clientData(options, 'webauthn.create', lies)),
        attestationObject: text(attestation),
        transports: ['internal'],
      });
    },
    /** The JSON of navigator.credentials.get(). */
    get(options: Options, lies: Lies = {}): string {
      const data = signed(options, lies);
      const client = clientData(options, 'webauthn.get', lies);
      return envelope({
        clientDataJSON: text(client),
        authenticatorData: text(data),
        signature: text(sign('sha256', Buffer.concat([data, sha256(client)]), lies.key ?? privateKey)),
        userHandle: lies.userHandle ?? handle,
      });
    },
  };
}

function text(bytes: Buffer): string {
  return bytes.toString('base64url');
}

function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

/** The public key as a COSE map: EC2, ES256, P-256, x, y (RFC 9053 7.1.1). */
function coseKey(key: KeyObject): Buffer {
  const { x = '', y = '' } = key.export({ format: 'jwk' });
  const part = (name: number, value: string) => [Buffer.from([name]), cborBytes(Buffer.from(value, 'base64url'))];
  return Buffer.concat([Buffer.from([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01]), ...part(0x21, x), ...part(0x22, y)]);
}

function cborText(value: string): Buffer {
  return Buffer.concat([Buffer.from([0x60 + value.length]), Buffer.from(value)]);
}

function cborBytes(value: Buffer): Buffer {
  return Buffer.concat([
    Buffer.from(value.length < 256 ? [0x58, value.length] : [0x59, value.length >> 8, value.length & 255]),
    value,
  ]);
}
