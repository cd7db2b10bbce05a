import type { Deps } from '../deps.ts';
import { type Checked, invalid } from '../errors.ts';
import type { AuditCheckpoint } from '../store/auditCheckpoints.ts';
import { auditPublicKey, isSignature, signText } from './signature.ts';

const VERSION = 1;

/** A checkpoint as it is kept elsewhere: in the server's log, or in a file. */
export type KeptCheckpoint = AuditCheckpoint & { version: 1 };

/** Signs a checkpoint with Ed25519. */
export function signCheckpoint(
  deps: Pick<Deps, 'secrets'>,
  facts: Omit<AuditCheckpoint, 'publicKey' | 'signature'>,
): AuditCheckpoint {
  return { ...facts, publicKey: auditPublicKey(deps), signature: signText(deps, signedText(facts)) };
}

/** Returns whether a checkpoint was signed with the key that it names. It says nothing about whose key this is. */
export function isSigned(checkpoint: AuditCheckpoint): Promise<boolean> {
  return isSignature(checkpoint.signature, signedText(checkpoint), checkpoint.publicKey);
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

function signedText({ seq, hash, at, cut }: Pick<AuditCheckpoint, 'seq' | 'hash' | 'at' | 'cut'>): string {
  return JSON.stringify({ version: VERSION, seq, hash, at, cut });
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
