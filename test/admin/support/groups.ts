import { type Group, insertGroup } from '../../../src/store/groups.ts';
import type { User } from '../../../src/store/users.ts';
import { type Anteroom, addPerson, startAnteroom } from '../../support/anteroom.ts';
import { type Client, logInLocally } from '../../support/client.ts';
import { aGroup } from '../../support/rows.ts';

export type Groups = { anteroom: Anteroom; client: Client; anna: User; add(values: Partial<Group>): Promise<Group> };

/** Starts Anteroom with a logged-in Power User, and Anna. `add` inserts a group. */
export async function startWithGroups(): Promise<Groups> {
  const anteroom = await startAnteroom();
  await addPerson(anteroom.deps, { userName: 'maya.koch', userType: 'Power User' });
  const anna = await addPerson(anteroom.deps, { userName: 'anna.berg' });
  const add = async (values: Partial<Group>) => {
    const group = aGroup(values);
    await insertGroup(anteroom.deps.store.db, group);
    return group;
  };
  return { anteroom, client: await logInLocally(anteroom), anna, add };
}
