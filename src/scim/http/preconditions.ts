import { ScimError } from './errors.ts';

/**
 * Checks If-Match (RFC 7644 3.14) against the version number only: the rest of a person's tag stands for their groups, which the
 * request does not change.
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (!tagsOf(ifMatch).some((tag) => tag.split('-')[0] === String(version))) throw changedMeanwhile();
}

/** Checks If-None-Match (RFC 9110 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return ifNoneMatch.trim() === '*' || tagsOf(ifNoneMatch).some((tag) => tagsOf(etag).includes(tag));
}

/** Returns the error for a resource that is not as it was when the client read it. */
export function changedMeanwhile(): ScimError {
  return new ScimError(412, undefined, 'The resource has changed since it was read.');
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) => tag.trim().replace(/^(?:W\/)?"?(.*?)"?$/, '$1'));
}
