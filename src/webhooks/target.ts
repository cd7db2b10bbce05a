import { connectionFault, type Guard, PrivateAddress, permittedAddresses } from '../guardedRequest.ts';
import { isOpenHttp } from '../network.ts';

const MAX_URL = 2_048;
const LOOKUP_MS = 5_000;

/** Why nothing is sent to a URL. The message is a sentence for Power Users. */
export class TargetRefused extends Error {}

/** Reads the URL of a webhook: https, or http to this machine if private networks are allowed. @throws TargetRefused */
export function readTarget(text: string, { privateNetworks }: Guard): URL {
  const url = text.length <= MAX_URL ? URL.parse(text.trim()) : null;
  if (url === null) throw new TargetRefused('Enter a URL, such as https://hooks.example.com/anteroom.');
  const isLocal = url.protocol === 'http:' && privateNetworks === 'allow' && !isOpenHttp(url.href);
  if (url.protocol !== 'https:' && !isLocal)
    throw new TargetRefused('Enter a URL that starts with https://. Events are only sent over https.');
  if (url.username !== '' || url.password !== '')
    throw new TargetRefused(
      'Remove the user name and password from the URL. The receiver checks the signature instead.',
    );
  return url;
}

/** Returns the addresses of a target to connect to. @throws TargetRefused */
export async function addressesOf(url: URL, guard: Guard, signal: AbortSignal): Promise<string[]> {
  return permittedAddresses(url, guard, signal).catch((error: unknown) => {
    if (!(error instanceof PrivateAddress)) throw error;
    const operator = 'the operator can set WEBHOOK_PRIVATE_NETWORKS=allow';
    throw new TargetRefused(
      `${url.hostname} is in a private network, where no events are sent${guard.privateNetworks === 'deny' ? `; ${operator}` : ''}.`,
    );
  });
}

/** Returns what speaks against the URL of a webhook that is being saved, or undefined. It must resolve to permitted addresses now. */
export async function targetError(text: string, guard: Guard): Promise<string | undefined> {
  try {
    const url = readTarget(text, guard);
    await addressesOf(url, guard, AbortSignal.timeout(LOOKUP_MS));
    return undefined;
  } catch (error) {
    return error instanceof TargetRefused ? error.message : sentenceOf(error);
  }
}

/** Returns why a receiver could not be reached, in one sentence that contains nothing of its response. */
export function sentenceOf(error: unknown): string {
  const fault = connectionFault(error);
  if (fault.kind === 'no_https') return 'The receiver does not speak https at this port.';
  if (fault.kind === 'certificate') return `The receiver has no valid https certificate (${fault.code}).`;
  return `The receiver cannot be reached: ${fault.cause}.`;
}
