import { groupsOf } from '../directory/groups.ts';
import type { Application, Person, State } from '../directory/types.ts';

/** Returns the person's NameID for this application, or '' if the person has no value for it. */
export function nameIdOf(application: Application, person: Person): string {
  return person[application.sso.nameId];
}

/** Returns the person's attributes for this application, in the configured order, without empty ones. */
export function attributesOf(state: State, application: Application, person: Person): [string, string[]][] {
  const { attributes, groupAttribute } = application.sso;
  const list = attributes.map(({ name, property }): [string, string[]] => [name, [person[property]]]);
  const groups = groupsOf(state, person.id).map((group) => group.name);
  if (groupAttribute) list.push([groupAttribute, groups]);
  return list.filter(([, values]) => values.some((value) => value !== ''));
}
