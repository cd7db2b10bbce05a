import type { Variable } from '../src/config.ts';

/** Returns docs/configuration.md from the list of environment variables. */
export function configurationPage(variables: Variable[]): string {
  const rows = variables.map(({ name, fallback, meaning }) => `| \`${name}\` | ${fallback} | ${meaning} |`);
  return `# Configuration

<!-- Written by \`npm run docs\` from src/config.ts. -->

Anteroom is configured by environment variables. None is required for a first start; with \`NODE_ENV=production\` it requires
\`PUBLIC_URL\`. Empty variables count as absent. With invalid values Anteroom does not start, and lists all of them. Domains,
identity providers, people and other settings are managed on the screens.

The server and the command line take \`--env-file FILE\`, a file with one \`NAME=value\` per line, as systemd's \`EnvironmentFile\`. Variables
that are set in the environment count before those of the file.

| variable | default | meaning |
|---|---|---|
${rows.join('\n')}
`;
}
