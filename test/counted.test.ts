import { expect } from 'chai';
import { counted } from '../src/counted.ts';

describe('counted', () => {
  it('counts things in words', () => {
    expect(counted(0, 'login')).to.equal('0 logins');
    expect(counted(1, 'person', 'people')).to.equal('1 person');
    expect(counted(1_204, 'person was', 'people were')).to.equal('1,204 people were');
  });
});
