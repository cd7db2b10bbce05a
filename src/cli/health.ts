import { findHealth } from '../health/findHealth.ts';
import type { HealthItem } from '../health/item.ts';
import { command } from './command.ts';
import { isoTime, printable } from './print.ts';

/** The exit codes of `health`, beside those of every command (1: it failed, 2: the command line is invalid). */
const exitCodes = { nothing: 0, warnings: 3, failures: 4 } as const;

export const healthCommands = [
  command({
    name: 'health',
    summary: 'Show what needs attention.',
    notes: [
      'Exit code: 0 if nothing needs attention, 3 if there are only warnings, 4 if something fails now.',
      'An item keeps its code and subject for as long as it lasts, so that scripts can tell what is new.',
    ].join('\n'),
    async run({ deps }) {
      const { publicUrl } = deps.config;
      const items = await findHealth(deps);
      const json = items.map(({ endsAt, href, action: _, ...item }) => ({
        ...item,
        url: publicUrl + href,
        endsAt: isoTime(endsAt),
      }));
      if (items.length === 0) return { json, text: 'Nothing needs attention.', exitCode: exitCodes.nothing };
      const fails = items.some(({ severity }) => severity === 'danger');
      return {
        json,
        text: items.map((item) => entryOf(item, publicUrl)).join('\n\n'),
        exitCode: fails ? exitCodes.failures : exitCodes.warnings,
      };
    },
  }),
];

function entryOf({ severity, text, detail, reason, href, code }: HealthItem, url: string): string {
  const title = `${severity === 'danger' ? 'Fails' : 'Warning'}: ${text} (${code})`;
  const about = reason === undefined ? detail : `${detail} ${reason}`;
  return [title, `  ${about}`, `  ${url}${href}`].map(printable).join('\n');
}
