import type { Deps } from '../../src/deps.ts';
import { addCustomAttribute } from '../../src/people/customAttributes.ts';
import type { CustomAttribute, Definition } from '../../src/people/definition.ts';

/** A definition as the form sends it: a text for everyone. */
export const aDefinition: Definition = {
  name: 'costCode',
  label: 'Cost code',
  section: 'work',
  type: 'text',
  choices: [],
  several: false,
  visibleTo: 'everyone',
  selfEditable: false,
  searchable: false,
};

/** Adds custom attributes. */
export async function addAttributes(deps: Deps, ...definitions: Partial<Definition>[]): Promise<CustomAttribute[]> {
  const added: CustomAttribute[] = [];
  for (const definition of definitions) {
    const checked = await addCustomAttribute(deps, { ...aDefinition, label: definition.name, ...definition });
    if (!checked.ok) throw new Error(JSON.stringify(checked.errors));
    added.push(checked.value);
  }
  return added;
}

/** One attribute of each type, with one value and with several. */
export const everyType: Partial<Definition>[] = (
  ['text', 'number', 'date', 'choice', 'link', 'person'] as const
).flatMap((type) => [
  { name: `one${type}`, type, ...(type === 'choice' ? { choices: ['Small', 'Large'] } : {}) },
  { name: `many${type}`, type, several: true, ...(type === 'choice' ? { choices: ['Small', 'Large'] } : {}) },
]);
