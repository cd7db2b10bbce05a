import { expect } from 'chai';
import { confirmationOf } from '../../src/web/confirmation.ts';

describe('web/confirmation', () => {
  it('asks for a short name, or for the first word of a long one', () => {
    const names = {
      Sales: 'Sales',
      ' Sales  North ': 'Sales North',
      'anna.berg@acme.example': 'anna.berg@acme.example',
      'anna.berg@subsidiary.acme.example': 'anna',
      '“Überseehandel” and all who work with it': 'Überseehandel',
      Wolfeschlegelsteinhausenbergerdorff: 'Wolfeschlegelsteinhausen',
      '—————————————————————————————': 'delete',
      ['𝔸'.repeat(30)]: '𝔸'.repeat(24),
    };
    for (const [name, word] of Object.entries(names)) expect(confirmationOf(name)).to.equal(word);
  });
});
