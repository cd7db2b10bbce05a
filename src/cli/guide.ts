import { findSigningKey } from '../federation/domainKeys.ts';
import {
  expectations,
  type FilledField,
  fillIn,
  findGuide,
  guideOf,
  guides,
  setupValues,
} from '../federation/guides/guides.ts';
import type { Domain } from '../store/domains.ts';
import { listProvidersAt } from '../store/identityProviders.ts';
import { type Call, command, type Output, UsageError } from './command.ts';
import { text } from './options.ts';
import { list } from './print.ts';
import { domain } from './targets.ts';

const ids = guides.map(({ id }) => id).join(', ');

export const guideCommands = [
  command({
    name: 'domain guide',
    operands: [domain],
    summary: 'Show what to enter at an identity provider for a domain.',
    options: { provider: text('NAME', 'The product. That of the imported provider by default.') },
    notes: `Products: ${ids}`,
    run: show,
  }),
];

async function show(
  { deps, options: { provider: asked } }: Call<{ provider?: string }>,
  domain: Domain,
): Promise<Output> {
  const providers = await listProvidersAt(deps.store.db, domain.id);
  const provider = providers.find((one) => (asked === undefined ? guideOf(one) : guideOf(one)?.id === asked));
  const guide = findGuide(asked ?? (provider && guideOf(provider)?.id) ?? 'other');
  if (!guide) throw new UsageError(`There is no guide for ${asked}. Products: ${ids}.`);
  const values = setupValues(domain, provider?.settings.spEntityId);
  const forms = fillIn(guide, values);
  const { certificate } = (await findSigningKey(deps, domain.id)) ?? {};
  const sections = [
    guide.name,
    ...forms.map(({ title, where, note, fields }) =>
      [`${title}: ${where}.${note ? ` ${note}` : ''}`, list(fields.map(lineOf))].join('\n'),
    ),
    list([
      ['Who may log in', guide.access],
      ['Metadata of the provider', guide.metadata],
      ['Start page', guide.start],
    ]),
    `What often goes wrong\n${list(guide.pitfalls.map((pitfall) => [pitfall.reason ?? 'at the provider', pitfall.text]))}`,
    `The same for all providers\n${list(expectations.map(([title, sentence]) => [title, sentence]))}`,
    ...forms.flatMap(({ fields }) =>
      fields.flatMap(({ kind, label, text: code }) => (kind === 'code' ? [`${label}\n${code}`] : [])),
    ),
    ...(certificate ? [`The certificate of this domain\n${certificate.trim()}`] : []),
  ];
  const { id, name, metadata, access, start, pitfalls } = guide;
  return {
    json: {
      ...{ id, name, values, forms, metadata, access, start, pitfalls, expectations },
      certificate: certificate ?? null,
    },
    text: sections.join('\n\n'),
  };
}

function lineOf({ label, kind, text, note }: FilledField): [string, string] {
  const entry = kind === 'code' ? 'the text below' : text;
  return [label, note ? `${entry} (${note.replace(/\.$/, '')})` : entry];
}
