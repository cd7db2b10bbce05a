import { ScimError } from '../http/errors.ts';

/**
 * Whether the version of a resource that is about to change is the one its client read (RFC 7644 3.14): the number in the tag, for what
 * stands behind it (a person's groups) is not what is written.
 * @throws ScimError 412
 */
export function requireMatch(ifMatch: string | undefined, version: number): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return;
  if (tagsOf(ifMatch).some((tag) => tag.split('-')[0] === String(version))) return;
  throw new ScimError(412, undefined, 'The resource has changed since it was read.');
}

/** Whether a client has a resource in this version already, so that 304 will do (RFC 9110 13.1.2). */
export function isUnchanged(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  const [own] = tagsOf(etag);
  return tagsOf(ifNoneMatch).some((tag) => tag === own);
}

function tagsOf(header: string): string[] {
  return header.split(',').map((tag) =>
    tag
      .trim()
      .replace(/^W\//, '')
      .replace(/^"(.*)"$/, '$1'),
  );
}
