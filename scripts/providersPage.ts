import type { ProviderGuide } from '../src/federation/guides/guide.ts';
import { expectations, type FilledField, fillIn, guides, setupValues } from '../src/federation/guides/guides.ts';

const values = setupValues({ url: 'https://intranet.acme.com', spEntityId: null, acsPath: null });

/** Returns docs/providers.md from the guides. */
export function providersPage(): string {
  return `# Setup by provider

<!-- Written by \`npm run docs\` from src/federation/guides/. -->

What to enter at your identity provider, in its own words and order. The values are those of the domain \`https://intranet.acme.com\`; yours are
on the screen **Setup Domain** > **Setup at your provider**, with copy buttons, and in a shell:

\`\`\`sh
anteroom domain guide https://intranet.acme.com --provider okta
\`\`\`

If another person administers the provider, send them a [provider setup link](saml.md#if-another-person-administers-the-provider).

The same for all providers:

| | |
|---|---|
${expectations.map(([title, text]) => `| ${title} | ${text} |`).join('\n')}

${guides.map(sectionOf).join('\n')}`;
}

function sectionOf(guide: ProviderGuide): string {
  const forms = fillIn(guide, values).map(
    ({ title, where, note, drawing, alt, fields }) => `**${title}**: ${where}.${note ? ` ${note}` : ''}

| | ${guide.name} | enter |
|---|---|---|
${fields.map((field, index) => `| ${index + 1} | ${field.label} | ${entryOf(field)} |`).join('\n')}
${fields.flatMap((field) => (field.kind === 'code' ? [`\n\`\`\`\n${field.text}\n\`\`\`\n`] : [])).join('')}
![${alt.replaceAll(/[[\]]/g, '')}](../public/guides/${drawing})
`,
  );
  const pitfalls = guide.pitfalls.map(
    ({ text, reason }) =>
      `| ${text} | ${reason ? `[\`${reason}\`](reasons.md)` : `at ${guide.name.toLowerCase().startsWith('another') ? 'the provider' : guide.name}`} |`,
  );
  return `## ${guide.name}

\`--provider ${guide.id}\`

${forms.join('\n')}
| | |
|---|---|
| Metadata | ${guide.metadata} |
| Who may log in | ${guide.access} |
| Start page | ${guide.start} |

| what goes wrong | where it shows |
|---|---|
${pitfalls.join('\n')}
`;
}

function entryOf({ kind, text, note }: FilledField): string {
  const entry = kind === 'text' ? `\`${text}\`` : kind === 'code' ? 'the text below' : text;
  return note ? `${entry}. ${note}` : entry;
}
