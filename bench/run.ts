import { measureAgreement } from './agreement.ts';
import { benchDirectory, directoryTable } from './directory.ts';
import { benchGrowth, growthTable } from './growth.ts';
import { benchLogin, loginTable } from './login.ts';
import { benchScim, scimTable } from './scim.ts';
import { benchVerify, verifyTable } from './verify.ts';

type Benchmark = { description: string; run: (json: boolean) => Promise<string> };

const benchmarks: Record<string, Benchmark> = {
  verify: {
    description:
      'verifying SAML responses: Anteroom, node-saml, samlify, saml20, and lasso and xmlsec if Python has them',
    run: async (json) => {
      const report = await benchVerify();
      return json ? JSON.stringify(report) : verifyTable(report);
    },
  },
  login: {
    description:
      'complete logins per second on one core: Anteroom, a stock express + passport-saml app, mod_auth_mellon',
    run: async (json) => {
      const report = await benchLogin();
      return json ? JSON.stringify(report) : loginTable(report);
    },
  },
  growth: {
    description: 'how the cost of verification grows from 4 KB to the limit, and the most expensive messages of 256 KB',
    run: async (json) => {
      const report = await benchGrowth();
      return json ? JSON.stringify(report) : growthTable(report);
    },
  },
  scim: {
    description:
      'SCIM requests per second: Anteroom, scimmy-routers, Ory Polis; and changes to a group of 10,000 members',
    run: async (json) => {
      const report = await benchScim();
      return json ? JSON.stringify(report) : scimTable(report);
    },
  },
  directory: {
    description: 'SCIM and search with 10,000 and 1,000,000 people, and how much more the larger directory costs',
    run: async (json) => {
      const report = await benchDirectory();
      return json ? JSON.stringify(report) : directoryTable(report);
    },
  },
  agreement: {
    description: 'compares Anteroom with `xmlsec1 --verify` on all SAML responses of the test corpora',
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
  for (const [known, { description }] of Object.entries(benchmarks))
    console.log(`npm run bench -- ${known.padEnd(10)} ${description}`);
  process.exitCode = name === '' ? 0 : 1;
} else {
  console.log(await benchmark.run(flags.includes('--json')));
}
