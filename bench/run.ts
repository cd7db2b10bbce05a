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
