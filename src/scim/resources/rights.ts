import { passwordFault } from '../../login/passwords.ts';
import { LastPowerUser } from '../../people/lastPowerUser.ts';
import type { User } from '../../store/users.ts';
import { type Call, note } from '../http/call.ts';
import { ScimError } from '../http/errors.ts';
import type { Json } from '../schema/json.ts';
import { INTERACT_URN } from '../schema/schema.ts';
import { isManagedElsewhere } from './ownership.ts';

/**
 * Returns the attributes of a person with those replaced that the source may not write: without the right to grant Power User, new
 * Power Users become Intranet Users, and existing ones keep their user type, user name and Authentication Type.
 * @param known the attributes before, undefined for a new person
 * @param sent the names of the attributes that the request contains: what a PUT leaves out is kept without a note
 */
export function permittedAttributes(call: Call, wanted: Json, sent: ReadonlySet<string>, known?: Json): Json {
  if (call.source.mayGrantPowerUser) return wanted;
  if (known?.userType === 'Power User') return withLoginOf(call, wanted, sent, known);
  if (!looksLikePowerUser(wanted.userType)) return wanted;
  note(call, 'powerUserGrant', 'userType was stored as Intranet User: this source may not grant Power User.');
  return { ...wanted, userType: 'Intranet User' };
}

// Nearly the same text, stored as it is, could become the type when it is cleaned on its way through a form or a CSV file.
function looksLikePowerUser(userType: unknown): boolean {
  const letters = String(userType ?? '')
    .normalize('NFKC')
    .replace(/[^\p{L}]/gu, '');
  return letters.toLowerCase() === 'poweruser';
}

/**
 * Returns the password if the source may set any and it satisfies the rule of the screens.
 * @param sent null if it is removed; anything but a text is no password
 */
export function permittedPassword(call: Call, sent: unknown): string | null | undefined {
  if (sent !== null && typeof sent !== 'string') return undefined;
  if (!call.source.maySetPasswords) return leftOut(call, 'password', 'this source may not set passwords.');
  const fault = sent === null ? undefined : passwordFault(sent);
  if (fault === undefined) return sent;
  return leftOut(call, 'weakPassword', `it does not satisfy the rule. ${fault}`);
}

/** Returns the hash of a new password if the source may set the password of this person. */
export function permittedHash(call: Call, user: User, hash: string | null | undefined): string | null | undefined {
  if (hash === undefined) return undefined;
  if (isManagedElsewhere(call.source, user))
    return leftOut(call, 'password', 'this source does not manage this person.');
  if (user.userType === 'Power User' && !call.source.mayGrantPowerUser)
    return leftOut(call, 'powerUserChange', 'this person is a Power User.');
  if (user.creatorId === call.source.id) return hash;
  return leftOut(call, 'password', 'this source did not create this person.');
}

/** Checks that the source may manage a person who was added by hand. @throws ScimError 409 */
export function requireTakeOver(call: Call, user: User): void {
  if (user.sourceId !== null || call.source.mayTakeOver) return;
  const text = 'This person was added by hand, and this profile source may not take over such people.';
  note(call, 'takeOver', text);
  throw new ScimError(409, undefined, text);
}

/** Notes that a request was refused because of the last Power User, and throws the error again. */
export function noteLastPowerUser(call: Call, error: unknown): never {
  if (error instanceof LastPowerUser) note(call, 'lastPowerUser', error.message);
  throw error;
}

function withLoginOf(call: Call, wanted: Json, sent: ReadonlySet<string>, known: Json): Json {
  const [before, after] = [loginOf(known), loginOf(wanted)];
  const kept = Object.keys({ ...before, ...after }).filter((name) => sent.has(name) && after[name] !== before[name]);
  for (const name of kept) note(call, 'powerUserChange', `${name} was not changed: this person is a Power User.`);
  const { loginType, ...own } = before;
  const { loginType: _, ...interact } = objectIn(wanted);
  return { ...wanted, ...own, [INTERACT_URN]: loginType === undefined ? interact : { ...interact, loginType } };
}

function loginOf(person: Json): Json {
  const { loginType } = objectIn(person);
  return { userType: person.userType, userName: person.userName, loginType };
}

function objectIn(person: Json): Json {
  return (person[INTERACT_URN] ?? {}) as Json;
}

function leftOut(call: Call, kind: 'password' | 'weakPassword' | 'powerUserChange', why: string): undefined {
  note(call, kind, `The password was not stored: ${why}`);
}
