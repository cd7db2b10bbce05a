import { complex, reference, text } from './attribute.ts';
import type { Attribute } from './schema.ts';

/** RFC 7643 4.2. Members are people: groups are not nested here. */
export const groupAttributes: readonly Attribute[] = [
  text('externalId', "The group's identifier at the client", { caseExact: true }),
  text('displayName', "The group's name", { required: true, uniqueness: 'server', maxLength: 256 }),
  complex(
    'members',
    'The people in the group',
    [
      text('value', "The person's id", { mutability: 'immutable', caseExact: true }),
      reference('$ref', 'Where the person is', ['User'], { mutability: 'immutable' }),
      text('type', 'What the member is', { mutability: 'immutable', canonicalValues: ['User'] }),
      text('display', "The person's name", { mutability: 'readOnly' }),
    ],
    { multiValued: true },
  ),
];
