import type { Request } from 'express';
import type { User } from '../store/users.ts';
import { field } from '../web/form.ts';

/** One line of the person's form. `name` is that of UserInput. */
export type PersonField = { name: PersonFieldName; label: string; help?: string; type?: string; required?: boolean };
export type PersonFieldName = (typeof names)[number];
/** A form as it was typed. */
export type Entered = Record<PersonFieldName, string>;

const names = [
  'userName',
  'email',
  'givenName',
  'familyName',
  'displayName',
  'title',
  'department',
  'externalId',
  'userType',
] as const;

/** The person's form, section by section; the user type has a control of its own. */
export const personSections: { title: string; fields: PersonField[] }[] = [
  {
    title: 'Name',
    fields: [
      { name: 'givenName', label: 'Given name' },
      { name: 'familyName', label: 'Family name' },
      {
        name: 'displayName',
        label: 'Display name',
        help: 'Shown instead of given and family name, where there is one.',
      },
    ],
  },
  {
    title: 'Work',
    fields: [
      { name: 'title', label: 'Job title' },
      { name: 'department', label: 'Department' },
    ],
  },
  {
    title: 'Sign-in',
    fields: [
      {
        name: 'userName',
        label: 'User name',
        required: true,
        help: 'The identity provider sends this, or the e-mail address, unless it is set otherwise there.',
      },
      { name: 'email', label: 'E-mail', type: 'email' },
      { name: 'externalId', label: 'External ID', help: 'The identifier that another system has for this person.' },
    ],
  },
];

/** What was typed into the form. */
export function enteredIn(req: Request): Entered {
  return Object.fromEntries(names.map((name) => [name, field(req, name)])) as Entered;
}

/** A person as the form shows them. */
export function enteredOf(user: User): Entered {
  return Object.fromEntries(names.map((name) => [name, user[name] ?? ''])) as Entered;
}

/** The labels of what differs, in the order of the form, in lower case for use inside a sentence. */
export function changedLabels(before: User, after: User): string[] {
  const [was, is] = [enteredOf(before), enteredOf(after)];
  return names.filter((name) => was[name] !== is[name]).map((name) => labels[name]);
}

const labels: Record<PersonFieldName, string> = {
  userName: 'user name',
  email: 'e-mail',
  givenName: 'given name',
  familyName: 'family name',
  displayName: 'display name',
  title: 'job title',
  department: 'department',
  externalId: 'external ID',
  userType: 'user type',
};
