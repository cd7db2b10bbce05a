import type { ReasonCode } from '../../../src/federation/reasons.ts';
import { contextWith, type VerifyContext } from '../support/context.ts';
import { compose, honestParts, type MessageParts } from '../support/message.ts';
import { type SignOptions, signMessage } from '../support/sign.ts';

/** A response that must be refused for exactly this reason. `field` is the raw form field. */
export type HostileCase = { name: string; field: string; context: VerifyContext; reason: ReasonCode };

type Change = (parts: MessageParts) => Partial<MessageParts>;
export type Place = 'response' | 'assertion' | 'both' | 'none';

/** Encodes a message as the form field. */
export function encode(xml: string | Buffer): string {
  return Buffer.from(xml).toString('base64');
}

/** Creates a case from complete XML. */
export function refused(
  name: string,
  xml: string | Buffer,
  reason: ReasonCode,
  context: VerifyContext = contextWith(),
): HostileCase {
  return { name, field: encode(xml), context, reason };
}

/** Creates an honest message with changed parts, signed by the provider: a lie with a valid signature. */
export function signedLie(change: Change, place: Place, options: Partial<SignOptions> = {}): string {
  const parts = honestParts();
  return signMessage(compose({ ...parts, ...change(parts) }), place, options);
}

/** Creates an honest message. */
export function honest(place: Place = 'assertion', options: Partial<SignOptions> = {}): string {
  return signMessage(compose(honestParts()), place, options);
}

/** Replaces text that must be there, so that every case really differs. */
export function swap(xml: string, from: string | RegExp, to: string): string {
  const found = typeof from === 'string' ? xml.includes(from) : xml.search(from) !== -1;
  if (!found) throw new Error(`nothing to replace: ${from}`);
  return xml.replace(from, () => to);
}

/** Returns the first element with this name, including its content. */
export function cut(xml: string, name: string): string {
  const from = xml.indexOf(`<${name} `) === -1 ? xml.indexOf(`<${name}>`) : xml.indexOf(`<${name} `);
  const end = `</${name}>`;
  const to = xml.indexOf(end, from);
  if (from === -1 || to === -1) throw new Error(`no ${name}`);
  return xml.slice(from, to + end.length);
}
