import { expect } from 'chai';
import { pino } from 'pino';
import { openFaults } from '../../src/db/faults.ts';

describe('db/faults', () => {
  function open() {
    const messages: string[] = [];
    const log = pino({}, { write: (line: string) => void messages.push(JSON.parse(line).msg) });
    return { faults: openFaults(log), messages };
  }

  it('logs a fault once a minute, not once a request, and says when it is over', () => {
    const { faults, messages } = open();
    for (let request = 0; request < 1_000; request += 1) faults.note('full', new Error());
    faults.cleared('check');
    expect(messages).to.deep.equal(['the disk of the database is full', 'the database works again']);
  });

  for (const [fault, by] of [
    ['away', 'read'],
    ['locked', 'write'],
    ['full', 'check'],
  ] as const)
    it(`ends if the database was ${fault} with a ${by}, and not earlier`, () => {
      const { faults } = open();
      const order = ['read', 'write', 'check'] as const;
      faults.note(fault, new Error());
      for (const event of order.slice(0, order.indexOf(by))) faults.cleared(event);
      expect(faults.current()).to.equal(fault);
      faults.cleared(by);
      expect(faults.current()).to.equal(undefined);
    });

  it('keeps a damaged database in mind until the restart, whatever else happens', () => {
    const { faults } = open();
    expect(faults.note('damaged', new Error()).status).to.equal(500);
    faults.note('away', new Error());
    faults.cleared('check');
    expect(faults.current()).to.equal('damaged');
  });

  it('stays ready if single statements take too long', () => {
    const { faults } = open();
    expect(faults.note('busy', new Error()).status).to.equal(503);
    expect(faults.current()).to.equal(undefined);
  });
});
