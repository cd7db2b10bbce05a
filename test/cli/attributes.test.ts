import { expect } from 'chai';
import { personInputOf } from '../../src/people/form.ts';
import { changePerson } from '../../src/people/users.ts';
import { addPerson } from '../support/anteroom.ts';
import { type TestDeps, testDeps } from '../support/testDeps.ts';
import { runCli } from './support/runCli.ts';

describe('anteroom attributes', () => {
  let deps: TestDeps;
  beforeEach(async () => {
    deps = await testDeps();
  });

  const run = (...args: string[]) => runCli(deps, args);

  it('adds, lists, changes and removes attributes', async () => {
    expect((await run('attributes', 'list')).printed).to.equal('No attributes yet.');
    const options = ['--label', 'Shirt size', '--type', 'choice', '--choices', 'S, M', '--visible-to', 'everyone'];
    expect((await run('attributes', 'add', 'shirt', ...options)).printed).to.equal('Added shirt.');
    expect((await run('attributes', 'list')).printed).to.equal(
      'NAME   LABEL       TYPE    SECTION  VISIBLE TO\nshirt  Shirt size  choice  work     everyone',
    );
    const changed = await run('attributes', 'change', 'SHIRT', '--several', 'on', '--choices', 'S,M,L', '--json');
    expect(JSON.parse(changed.printed))
      .to.include({ name: 'shirt', several: true })
      .and.to.deep.include({
        choices: ['S', 'M', 'L'],
      });
    expect((await run('attributes', 'remove', 'shirt')).printed).to.equal('Removed shirt.');
    expect(JSON.parse((await run('attributes', 'list', '--json')).printed)).to.deep.equal([]);
  });

  it('asks before it deletes values', async () => {
    await run('attributes', 'add', 'level');
    const anna = await addPerson(deps, { userName: 'anna' });
    const input = { ...personInputOf(anna, deps.attributes.list), level: '7' };
    await changePerson(deps, anna.id, anna.version, input);
    expect((await run('attributes', 'change', 'level', '--type', 'number')).printed).to.equal(
      'Changed level. 1 value was updated.',
    );
    expect(await run('attributes', 'remove', 'level')).to.include({
      code: 1,
      complained: '1 person has a value. Add --yes to delete them all.',
    });
    expect((await run('attributes', 'remove', 'level', '--yes')).printed).to.equal('Removed level.');
  });

  for (const [args, sentence] of [
    [['add', 'title'], 'title is the name of a standard attribute or a word of SCIM. Choose another name.'],
    [['add', 'x', '--type', 'color'], '--type: Select a type.'],
    [['add', 'x', '--visible-to', 'all'], '--visible-to: Select who sees it.'],
    [['add', 'x', '--searchable', 'perhaps'], '--searchable must be on or off. See: anteroom attributes add --help'],
    [['change', 'x'], 'There is no attribute x. See: anteroom attributes list'],
    [['remove', 'x'], 'There is no attribute x. See: anteroom attributes list'],
  ] as const)
    it(`explains in one line why it failed: attributes ${args.join(' ')}`, async () => {
      const { code, complained } = await run('attributes', ...args);
      expect(code).to.be.greaterThan(0);
      expect(complained).to.equal(sentence);
    });
});
