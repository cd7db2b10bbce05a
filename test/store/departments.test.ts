import { expect } from 'chai';
import { readUserInput } from '../../src/people/userInput.ts';
import { addUser } from '../../src/people/users.ts';
import { listDepartments } from '../../src/store/departments.ts';
import { withStores } from '../support/stores.ts';
import { testDeps } from '../support/testDeps.ts';

describe('store/departments', () => {
  withStores((open) => {
    it('names each department once, and nobody’s absence of one', async () => {
      const deps = await testDeps({ store: await open() });
      expect(await listDepartments(deps.store.db, 10)).to.deep.equal([]);
      for (const [index, department] of ['Sales', 'IT', '', 'Sales', 'Ärzte', 'sales'].entries()) {
        const input = readUserInput({ userName: `person.${index}`, department });
        if (input.ok) await addUser(deps, input.value);
      }
      expect(await listDepartments(deps.store.db, 10)).to.have.members(['IT', 'Sales', 'sales', 'Ärzte']);
      expect(await listDepartments(deps.store.db, 2)).to.have.length(2);
    });
  });
});
