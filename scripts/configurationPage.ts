import type { Variable } from '../src/config.ts';

/** docs/configuration.md: what each variable of the environment means. */
export function configurationPage(variables: Variable[]): string {
  const rows = variables.map(({ name, fallback, meaning }) => `| \`${name}\` | ${fallback} | ${meaning} |`);
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config.ts. -->

Anteroom is configured by variables of its environment. None is needed for a first start; with \`NODE_ENV=production\`
it wants \`PUBLIC_URL\`. An empty variable counts as none. A value that will not do stops the start, and all of them are
named at once. What can be changed while it runs (domains, identity providers, people) stands on the screens instead.

| variable | without it | meaning |
|---|---|---|
${rows.join('\n')}
`;
}
