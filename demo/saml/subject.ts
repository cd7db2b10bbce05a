import { groupsOf } from '../directory/groups.ts';
import type { Application, Person, State } from '../directory/types.ts';

/** What the NameID of the person is for this application; '' where the person lacks the property. */
export function nameIdOf(application: Application, person: Person): string {
  return person[application.sso.nameId];
}

/** The attributes that the application is told about the person, in the order of its list; empty ones are left out. */
export function attributesOf(state: State, application: Application, person: Person): [string, string[]][] {
  const { attributes, groupAttribute } = application.sso;
  const list = attributes.map(({ name, property }): [string, string[]] => [name, [person[property]]]);
  const groups = groupsOf(state, person.id).map((group) => group.name);
  if (groupAttribute) list.push([groupAttribute, groups]);
  return list.filter(([, values]) => values.some((value) => value !== ''));
}
