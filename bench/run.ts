import { measureAgreement } from './agreement.ts';
import { benchDirectory, directoryTable } from './directory.ts';
import { benchGrowth, growthTable } from './growth.ts';
import { benchLogin, loginTable } from './login.ts';
import { benchScim, scimTable } from './scim.ts';
import { benchVerify, verifyTable } from './verify.ts';

type Benchmark = { says: string; run: (json: boolean) => Promise<string> };

const benchmarks: Record<string, Benchmark> = {
  verify: {
    says: 'verifications of a Response: Anteroom, node-saml, samlify, saml20, and lasso and xmlsec where Python has them',
    run: async (json) => {
      const report = await benchVerify();
      return json ? JSON.stringify(report) : verifyTable(report);
    },
  },
  login: {
    says: 'whole logins a second on one core: Anteroom, a stock express + passport-saml application, mod_auth_mellon',
    run: async (json) => {
      const report = await benchLogin();
      return json ? JSON.stringify(report) : loginTable(report);
    },
  },
  growth: {
    says: 'how the cost of a verification grows from 4 KB to the limit, and the most costly messages of 256 KB',
    run: async (json) => {
      const report = await benchGrowth();
      return json ? JSON.stringify(report) : growthTable(report);
    },
  },
  scim: {
    says: 'SCIM requests a second: Anteroom, scimmy-routers, Ory Polis; and changes of a group of 10,000 members',
    run: async (json) => {
      const report = await benchScim();
      return json ? JSON.stringify(report) : scimTable(report);
    },
  },
  directory: {
    says: 'SCIM and searches among 10,000 people and among 1,000,000, and what they cost more there',
    run: async (json) => {
      const report = await benchDirectory();
      return json ? JSON.stringify(report) : directoryTable(report);
    },
  },
  agreement: {
    says: 'what `xmlsec1 --verify` says of every signature of the honest and the hostile answers',
    run: async (json) => {
      const report = measureAgreement();
      if (report.disagreements.length > 0) process.exitCode = 1;
      return JSON.stringify(report, undefined, json ? undefined : 2);
    },
  },
};

const [name = '', ...flags] = process.argv.slice(2);
const benchmark = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (benchmark === undefined) {
  for (const [known, { says }] of Object.entries(benchmarks))
    console.log(`npm run bench -- ${known.padEnd(10)} ${says}`);
  process.exitCode = name === '' ? 0 : 1;
} else {
  console.log(await benchmark.run(flags.includes('--json')));
}
