import { z } from 'zod';
import { type Checked, fieldErrors, invalid } from '../errors.ts';
import { userTypes } from '../store/users.ts';
import { nobody } from './personInput.ts';
import type { UserAttributes } from './userAttributes.ts';

const text = (most: number) =>
  z
    .string()
    .trim()
    .max(most, `Use at most ${most} characters.`)
    .regex(/^\P{Cc}*$/u, 'Control characters are not allowed here.');
const optional = (most: number) => text(most).default('');

const schema = z.object({
  userName: text(256).min(1, 'Enter a user name.'),
  email: optional(254).refine((value) => value === '' || /^[^\s@]+@[^\s@]+$/.test(value), {
    message: 'Enter an e-mail address such as anna.berg@acme.com.',
  }),
  givenName: optional(128),
  familyName: optional(128),
  displayName: optional(256),
  title: optional(256),
  department: optional(256),
  externalId: optional(256),
  userType: z.enum(userTypes, 'Choose one of the three.').default('Intranet User'),
});

/** What a screen or a command says of a person. Empty text means: nothing known. */
export type UserInput = z.infer<typeof schema>;

/** Checks what was entered for a person; the fields stand under their own names. */
export function readUserInput(input: unknown): Checked<UserInput> {
  const parsed = schema.safeParse(input);
  return parsed.success ? { ok: true, value: parsed.data } : invalid(fieldErrors(parsed.error));
}

/** Returns the attributes of a new person. */
export function attributesOf(input: UserInput): UserAttributes {
  const orNull = (value: string) => (value === '' ? null : value);
  return {
    ...nobody,
    userName: input.userName,
    userType: input.userType,
    email: orNull(input.email),
    givenName: orNull(input.givenName),
    familyName: orNull(input.familyName),
    displayName: orNull(input.displayName),
    title: orNull(input.title),
    department: orNull(input.department),
    externalId: orNull(input.externalId),
    profile: input.email === '' ? {} : { emails: [{ type: 'work', value: input.email, primary: true }] },
  };
}
