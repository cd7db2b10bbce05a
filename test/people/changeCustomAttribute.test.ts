import { expect } from 'chai';
import { createJob } from '../../src/jobs/jobs.ts';
import { runJob } from '../../src/jobs/worker.ts';
import { emptyPerson } from '../../src/people/attribute.ts';
import { changeCustomAttribute, removeCustomAttribute } from '../../src/people/changeCustomAttribute.ts';
import { insertPerson } from '../../src/people/users.ts';
import { countMarked } from '../../src/store/marked.ts';
import type { CustomValue } from '../../src/store/profile.ts';
import { searchUsers } from '../../src/store/userSearch.ts';
import { findUser } from '../../src/store/users.ts';
import { addAttributes } from '../support/customAttributes.ts';
import { withStores } from '../support/stores.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';

describe('people/changeCustomAttribute', () => {
  withStores((open) => {
    let deps: TestDeps;
    let id: string;
    let people: string[];

    async function withValues(definition: Parameters<typeof addAttributes>[1], ...values: CustomValue[]) {
      deps = await testDeps({ store: await open() });
      const [attribute] = await addAttributes(deps, { name: 'level', ...definition });
      if (!attribute) throw new Error('not added');
      id = attribute.id;
      people = [];
      for (const [index, value] of values.entries()) {
        const person = { ...emptyPerson, userName: `p${index}`, profile: { custom: { [id]: value } } };
        people.push((await insertPerson(deps.store.db, deps, person, { sourceId: null, passwordHash: null })).id);
      }
      return attribute;
    }

    const stored = () =>
      Promise.all(people.map(async (one) => (await findUser(deps.store.db, one))?.profile.custom?.[id]));
    const changed = async (input: Record<string, unknown>) => {
      const result = await changeCustomAttribute(deps, id, input);
      if (!result.ok) return result.errors;
      const { job } = result.value;
      if (job) await runJob(deps, (await createJob(deps, job, 'the test')).id);
      return job?.total;
    };

    it('converts values to another type if nothing is lost', async () => {
      const attribute = await withValues({}, '12.50', '-3');
      expect(await changed({ ...attribute, type: 'number' })).to.equal(2);
      expect(await stored()).to.deep.equal([12.5, -3]);
      expect(await changed({ ...attribute, type: 'number', several: true })).to.equal(2);
      expect(await stored()).to.deep.equal([[{ value: 12.5 }], [{ value: -3 }]]);
      expect(await changed({ ...attribute, type: 'text' })).to.equal(2);
      expect(await stored()).to.deep.equal(['12.5', '-3']);
    });

    it('refuses a change that would lose values, with their number and an example', async () => {
      const attribute = await withValues({}, '12', 'many', 'some');
      expect(await changed({ ...attribute, type: 'number' }))
        .to.have.property('type')
        .that.matches(/^The values of 2 people would be lost, such as “(many|some)”\. Change them first, or add/);
      expect(await changed({ ...attribute, type: 'person' })).to.deep.equal({
        type: 'The values of 3 people would be lost. Change them first, or add another attribute.',
      });
      expect(await stored()).to.deep.equal(['12', 'many', 'some']);
      expect(deps.attributes.list.at(-1)).to.include({ type: 'text' });
    });

    it('refuses one value if people have several, and the loss of a choice that is in use', async () => {
      const several = await withValues({ several: true }, [{ value: 'a' }, { value: 'b' }], [{ value: 'c' }]);
      expect(await changed({ ...several, several: false })).to.deep.equal({
        several: 'The value of 1 person would be lost, such as “a, b”. Change them first, or add another attribute.',
      });
      const choice = await withValues({ type: 'choice', choices: ['S', 'M', 'L'] }, 'S');
      expect(await changed({ ...choice, choices: ['M', 'L'] }))
        .to.have.property('choices')
        .that.includes('“S”');
      expect(await changed({ ...choice, choices: ['S', 'XL'] })).to.equal(undefined);
    });

    it('changes a label without touching people', async () => {
      const attribute = await withValues({}, 'A');
      expect(await changed({ ...attribute, label: 'Grade', visibleTo: 'self' })).to.equal(undefined);
      expect((await findUser(deps.store.db, people[0] ?? ''))?.version).to.equal(1);
    });

    it('finds people by an attribute that became searchable, and no longer after it was undone', async () => {
      const attribute = await withValues({}, 'Zebra', 'Lion');
      const found = async () => (await searchUsers(deps.store.db, { text: 'zeb' }, { limit: 5 })).rows.length;
      expect(await found()).to.equal(0);
      expect(await changed({ ...attribute, searchable: true })).to.equal(2);
      expect(await found()).to.equal(1);
      await changed(attribute);
      expect(await found()).to.equal(0);
    });

    it('keeps as many values as SCIM accepts', async () => {
      const values = Array.from({ length: 200 }, (_, index) => ({ value: `v${index}` }));
      const attribute = await withValues({ several: true }, values);
      expect(await changed({ ...attribute, searchable: true })).to.equal(1);
      expect(await stored()).to.deep.equal([values]);
    });

    it('removes an attribute with its values, in batches', async () => {
      const values = Array.from({ length: 120 }, (_, index) => String(index));
      await withValues({}, ...values);
      expect(await countMarked(deps.store.db, id)).to.equal(120);
      const { job } = await removeCustomAttribute(deps, id);
      if (!job) throw new Error('no job');
      const done = await runJob(deps, (await createJob(deps, job, 'the test')).id);
      expect(done).to.deep.include({ state: 'done', total: 120, processed: 120, counts: { done: 120 } });
      expect(await countMarked(deps.store.db, id)).to.equal(0);
      const person = await findUser(deps.store.db, people[119] ?? '');
      expect(person?.profile).to.deep.equal({});
      expect(person?.version).to.equal(2);
    });
  });
});
