import { createPublicKey, sign, verify } from 'node:crypto';
import { promisify } from 'node:util';
import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import type { AuditCheckpoint } from '../store/auditCheckpoints.ts';

const VERSION = 1;
const verifySignature = promisify(verify);

/** A checkpoint as it is kept elsewhere: in the server's log, or in a file. */
export type KeptCheckpoint = AuditCheckpoint & { version: 1 };

/** Signs a checkpoint with Ed25519. */
export function signCheckpoint(
  { secrets }: Pick<Deps, 'secrets'>,
  facts: Omit<AuditCheckpoint, 'publicKey' | 'signature'>,
): AuditCheckpoint {
  const signature = sign(null, signedText(facts), secrets.auditKey).toString('base64url');
  return { ...facts, publicKey: auditPublicKey({ secrets }), signature };
}

/** Returns the public key in base64url that checkpoints are verified with. */
export function auditPublicKey({ secrets }: Pick<Deps, 'secrets'>): string {
  return createPublicKey(secrets.auditKey).export({ format: 'jwk' }).x ?? '';
}

/** Returns whether a checkpoint was signed with the key that it names. It says nothing about whose key this is. */
export async function isSigned(checkpoint: AuditCheckpoint): Promise<boolean> {
  const { publicKey: x, signature } = checkpoint;
  try {
    const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
    return await verifySignature(null, signedText(checkpoint), key, Buffer.from(signature, 'base64url'));
  } catch {
    return false; // no key at all
  }
}

/** Returns a checkpoint as it is kept elsewhere. */
export function keptCheckpoint(checkpoint: AuditCheckpoint): KeptCheckpoint {
  const { seq, hash, at, cut, publicKey, signature } = checkpoint;
  return { version: VERSION, seq, hash, at, cut, publicKey, signature };
}

/** Reads a checkpoint that was kept elsewhere, or the line of the server's log with it. Its signature is not checked. */
export function readCheckpoint(text: string): Checked<AuditCheckpoint> {
  const value = parsed(text);
  const kept = value && 'checkpoint' in value ? value.checkpoint : value;
  if (isKept(kept)) return { ok: true, value: kept };
  return invalid({ checkpoint: 'This is no checkpoint. Use what `anteroom audit checkpoint` printed.' });
}

function signedText({ seq, hash, at, cut }: Pick<AuditCheckpoint, 'seq' | 'hash' | 'at' | 'cut'>): Buffer {
  return Buffer.from(JSON.stringify({ version: VERSION, seq, hash, at, cut }));
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

function isKept(value: unknown): value is KeptCheckpoint {
  if (typeof value !== 'object' || value === null) return false;
  const { version, seq, hash, at, cut, publicKey, signature } = value as Record<string, unknown>;
  const isNumbered = Number.isSafeInteger(seq) && Number.isSafeInteger(at) && typeof cut === 'boolean';
  return version === VERSION && isNumbered && [hash, publicKey, signature].every((each) => typeof each === 'string');
}
