import type { AssertionContent } from './assertion.ts';
import { found, type LoginContext, refuse } from './check.ts';

const MAX_NAMES = 10; // of attributes, in a detail
const MAX_NAME_LENGTH = 100;

export function checkSubject(login: LoginContext): string | undefined {
  const { nameId, attributes } = found(login.content);
  const receiver = nameId?.spNameQualifier;
  if (receiver !== undefined && receiver !== login.entityId)
    refuse('subject_of_other_sp', { expected: login.entityId, received: receiver });
  const { matchAttribute } = found(login.provider).settings;
  if (matchAttribute === '') {
    if (nameId === undefined || nameId.value === '')
      refuse('subject_missing', {
        cause: 'no_name_id',
        expected: 'a NameID',
        received: 'none',
        detail: namesOf(attributes),
      });
    return undefined;
  }
  const values = attributes.get(matchAttribute) ?? [];
  if (values.length === 1 && values[0] !== '') return matchAttribute;
  const expected = `one value of ${matchAttribute}`;
  const detail = namesOf(attributes);
  if (values.length > 1 || attributes.has(matchAttribute))
    return refuse('subject_missing', { cause: 'several_values', expected, received: `${values.length}`, detail });
  const cause = attributes.size === 0 ? 'no_attributes' : 'other_attributes';
  return refuse('subject_missing', { cause, expected, received: 'none', detail });
}

function namesOf(attributes: AssertionContent['attributes']): string {
  const names = [...attributes.keys()];
  const shown = names.slice(0, MAX_NAMES).map((name) => name.slice(0, MAX_NAME_LENGTH));
  const more = names.length > MAX_NAMES ? ' and more' : '';
  return names.length === 0 ? 'The assertion has no attributes.' : `Attributes received: ${shown.join(', ')}${more}.`;
}
