import { expect } from 'chai';
import { allActions, familyOf } from '../../src/audit/auditNames.ts';
import { codeOf, filesIn } from '../support/sourceFiles.ts';

describe('audit/actions', () => {
  it('has no action that nothing records', () => {
    const code = filesIn('src')
      .filter((file) => file !== 'src/audit/actions.ts')
      .map(codeOf);
    const isUsed = (action: string) =>
      code.some((one) => one.includes(`'${action}'`) || one.includes(`\`${familyOf(action)}.$\{`));
    expect(allActions.filter((action) => !isUsed(action))).to.deep.equal([]);
  });
});
