import { type Call, note } from '../http/call.ts';
import { badRequest } from '../http/errors.ts';

const MOST_SHOWN = 5;
const MAX_CHARACTERS = 80;

/**
 * Notes the attributes of a request that do not exist, which are left out.
 * @throws ScimError invalidPath of a PATCH, invalidSyntax of anything else, if the source refuses such requests
 */
export function reportAttributes(call: Call, names: ReadonlySet<string>): void {
  if (names.size === 0) return;
  const text = `There is no attribute ${shown([...names])}.`;
  if (call.source.refuseUnknownAttributes)
    throw badRequest(call.request.method === 'PATCH' ? 'invalidPath' : 'invalidSyntax', text);
  note(call, 'unknownAttribute', `Left out: ${text}`);
}

/** Notes the members of a request who do not exist, who are skipped. @throws ScimError invalidValue if the source refuses them */
export function reportMembers(call: Call, ids: string[]): void {
  if (ids.length === 0) return;
  const text = `No person or group has the id ${shown(ids)}.`;
  if (call.source.refuseUnknownMembers) throw badRequest('invalidValue', text);
  note(call, 'unknownMember', `Skipped: ${text}`);
}

function shown(names: string[]): string {
  const some = names.slice(0, MOST_SHOWN).map((name) => name.slice(0, MAX_CHARACTERS));
  return some.join(', ') + (names.length > MOST_SHOWN ? ` and ${names.length - MOST_SHOWN} more` : '');
}
