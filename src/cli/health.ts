import { findHealth } from '../health/findHealth.ts';
import type { HealthItem } from '../health/item.ts';
import { type Call, type Command, isoTime, type Output, printable } from './command.ts';

/** The exit codes of `health`, beside those of every command (1: it failed, 2: the command line is invalid). */
const exitCodes = { nothing: 0, warnings: 3, failures: 4 } as const;

export const healthCommands: Command[] = [
  {
    name: 'health',
    operands: '',
    summary: 'Show what needs attention.',
    notes: [
      'Exit code: 0 if nothing needs attention, 3 if there are only warnings, 4 if something fails now.',
      'An item keeps its code and subject for as long as it lasts, so that scripts can tell what is new.',
    ].join('\n'),
    run: showHealth,
  },
];

async function showHealth({ deps }: Call): Promise<Output> {
  const items = await findHealth(deps);
  const fails = items.some(({ severity }) => severity === 'danger');
  return {
    json: items.map(({ endsAt, href, action: _, ...item }) => ({
      ...item,
      url: deps.config.publicUrl + href,
      endsAt: isoTime(endsAt),
    })),
    text:
      items.length === 0
        ? 'Nothing needs attention.'
        : items.map((item) => entryOf(item, deps.config.publicUrl)).join('\n\n'),
    exitCode: items.length === 0 ? exitCodes.nothing : fails ? exitCodes.failures : exitCodes.warnings,
  };
}

function entryOf({ severity, text, detail, reason, href, code }: HealthItem, url: string): string {
  const title = `${severity === 'danger' ? 'Fails' : 'Warning'}: ${text} (${code})`;
  const about = reason === undefined ? detail : `${detail} ${reason}`;
  return [title, `  ${about}`, `  ${url}${href}`].map(printable).join('\n');
}
