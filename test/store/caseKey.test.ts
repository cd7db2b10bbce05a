import { expect } from 'chai';
import { caseKey } from '../../src/store/caseKey.ts';

describe('caseKey', () => {
  it('folds the case of every alphabet', () => {
    expect(caseKey('Ada.LOVELACE@Acme.com')).to.equal('ada.lovelace@acme.com');
    expect(caseKey('ÉMILIE Ωμέγα ЖЕНЯ')).to.equal('émilie ωμέγα женя');
  });
});
