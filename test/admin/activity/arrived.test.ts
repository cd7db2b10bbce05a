import { expect } from 'chai';
import { arrivedRows, differenceInWords } from '../../../src/admin/activity/arrived.ts';
import type { Arrived } from '../../../src/store/loginActivity.ts';
import { aProvider } from '../../support/rows.ts';

const response: Arrived['response'] = { issuer: 'urn:a', issuedAt: 301_000, inResponseTo: undefined, verified: false };
const assertion: Arrived['assertion'] = {
  issuer: 'urn:b',
  issuedAt: undefined,
  nameId: 'ada',
  nameIdFormat: undefined,
  authnContext: undefined,
  attributes: [['mail', 'ada@acme.com']],
  verified: true,
};

describe('arrivedRows', () => {
  it('says what arrived, what is not verified, and how far the clocks are apart', () => {
    const arrived = { response, assertion, certificates: [] };
    expect(arrivedRows({ at: 1_000, detail: { arrived } }, undefined)).to.deep.equal([
      { label: 'Issuer', values: ['urn:a'], verified: false },
      { label: 'InResponseTo', values: ['none'], verified: false },
      { label: 'Issued', values: ['5 minutes ahead of this server’s clock'], verified: false },
      { label: 'Issuer of the assertion', values: ['urn:b'], verified: true },
      { label: 'NameID', values: ['ada'], verified: true },
      { label: 'Attribute mail', values: ['ada@acme.com'], verified: true },
    ]);
  });

  it('compares the certificates received with those that are trusted', () => {
    const certificate = (sha256: string) => ({ pem: '', subject: '', sha256, keyDescription: 'RSA 2048' });
    const facts = { ...aProvider().facts, certificates: [certificate('AA'), certificate('BB')] };
    const arrived = { response, certificates: ['AA', 'CC', 'CC'], encrypted: true };
    const rows = arrivedRows({ at: 0, detail: { arrived } }, aProvider({ facts })).slice(3);
    expect(rows.map(({ label, values, note }) => [label, ...values, note])).to.deep.equal([
      ['Assertion', 'encrypted', undefined],
      ['Certificate received', 'AA', 'one of the trusted certificates'],
      ['Certificate received', 'CC', 'not one of the trusted certificates'],
      ['Trusted certificates', 'AA', 'BB', 'in the imported metadata, SHA-256'],
    ]);
  });

  it('has nothing of an attempt that stores nothing', () => {
    expect(arrivedRows({ at: 0, detail: {} }, undefined)).to.deep.equal([]);
  });
});

describe('differenceInWords', () => {
  it('tells the future from the past', () => {
    expect(differenceInWords(60_000, 0)).to.equal('1 minute ahead of this server’s clock');
    expect(differenceInWords(0, 60_000)).to.equal('1 minute before it arrived');
    expect(differenceInWords(0, 500)).to.equal('at the same time as here');
  });
});
