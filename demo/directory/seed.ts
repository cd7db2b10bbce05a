import type { Deps } from '../deps.ts';
import { newId } from './id.ts';
import { hashPassword } from './password.ts';
import type { Group, Person, State } from './types.ts';

/** The demo's accounts. The login pages show them, because this provider holds nothing of value. */
export const demoAdmin = { email: 'admin@cloud.example', password: 'cloud-admin' };
export const demoPassword = 'cloud-demo';

type Sketch = Pick<Person, 'username' | 'firstname' | 'lastname' | 'jobTitle' | 'department'> & Partial<Person>;

const people: Sketch[] = [
  {
    username: 'maya.koch',
    firstname: 'Maya',
    lastname: 'Koch',
    jobTitle: 'Intranet Manager',
    department: 'Communications',
    employeeType: 'Power User',
  },
  { username: 'anna.berg', firstname: 'Anna', lastname: 'Berg', jobTitle: 'Marketing Lead', department: 'Marketing' },
  {
    username: 'ben.okafor',
    firstname: 'Ben',
    lastname: 'Okafor',
    jobTitle: 'Software Engineer',
    department: 'Engineering',
  },
  {
    username: 'dora.novak',
    firstname: 'Dora',
    lastname: 'Novák',
    jobTitle: 'Product Designer',
    department: 'Engineering',
    locale: 'cs-CZ',
    preferredLanguage: 'cs',
  },
  {
    username: 'eli.haddad',
    firstname: 'Eli',
    lastname: 'Haddad',
    jobTitle: 'Auditor',
    department: '',
    company: 'Haddad & Partners',
    employeeType: 'Non Intranet User',
  },
];

const groups: [name: string, description: string, members: string[]][] = [
  ['Employees', 'Everyone who works at Acme', ['maya.koch', 'anna.berg', 'ben.okafor', 'dora.novak']],
  ['Engineering', 'Builds the product', ['ben.okafor', 'dora.novak']],
  ['Marketing', 'Promotes the product', ['anna.berg']],
  ['External', 'Contractors and auditors', ['eli.haddad']],
];

/** Returns the initial directory: five people at Acme, four groups, no applications. */
export function seedState(deps: Pick<Deps, 'randomBytes' | 'passwordCost'>): State {
  const passwordHash = hashPassword(demoPassword, deps.randomBytes(16), deps.passwordCost);
  const created = people.map((sketch, index) => completePerson(sketch, newId(deps), index, passwordHash));
  const idOf = new Map(created.map((person) => [person.username, person.id]));
  return {
    people: created,
    groups: groups.map(([name, description, members]): Group => {
      return { id: newId(deps), name, description, memberIds: members.map((member) => idOf.get(member) ?? '') };
    }),
    applications: [],
    events: [],
  };
}

function completePerson(sketch: Sketch, id: string, index: number, passwordHash: string): Person {
  return {
    id,
    email: `${sketch.username}@acme.example`,
    active: true,
    employeeType: 'Intranet User',
    employeeIdentifier: `E-10${String(index + 1).padStart(2, '0')}`,
    company: 'Acme',
    location: 'Berlin',
    preferredLanguage: 'en',
    locale: 'en-GB',
    workPhone: `+49 30 5550 1${String(index + 1).padStart(2, '0')}`,
    workStreetAddress: 'Ackerstraße 12',
    workCity: 'Berlin',
    workState: 'Berlin',
    passwordHash,
    ...sketch,
  };
}
