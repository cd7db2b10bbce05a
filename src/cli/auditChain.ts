import { auditDays } from '../audit/auditDays.ts';
import { keptCheckpoint, readCheckpoint } from '../audit/checkpoint.ts';
import { makeCheckpoint } from '../audit/makeCheckpoint.ts';
import { saveAuditDays } from '../audit/retention.ts';
import { sealEntries } from '../audit/seal.ts';
import { readPublicKeys } from '../audit/signature.ts';
import type { Verification } from '../audit/verification.ts';
import { verifyAudit } from '../audit/verify.ts';
import { counted } from '../counted.ts';
import { accepted, command, Refused, UsageError } from './command.ts';
import { file, operand, text } from './options.ts';
import { isoTime, list } from './print.ts';

export const auditChainCommands = [
  command({
    name: 'audit verify',
    summary: 'Verify that no entry of the audit log was changed or removed.',
    options: {
      checkpoint: file('A checkpoint that was kept elsewhere: the log must still contain its entry.'),
      trust: { ...text('KEYS', 'Public keys of earlier secret keys, separated by commas.'), read: keysIn },
    },
    notes: 'Exit code: 0 if the log is intact, 1 if it is not.',
    async run({ deps, options: { checkpoint: kept, trust = [] } }) {
      const checkpoint = kept && accepted(readCheckpoint(kept.toString('utf8')));
      const found = await verifyAudit(deps, { checkpoint, trust });
      return { json: shown(found), text: sentencesOf(found), exitCode: found.faultCount === 0 ? 0 : 1 };
    },
  }),
  command({
    name: 'audit checkpoint',
    summary: 'Print a signed checkpoint of the last entry of the audit log, to keep elsewhere.',
    async run({ deps }) {
      await sealEntries(deps);
      const checkpoint = await makeCheckpoint(deps);
      if (!checkpoint) throw new Refused('The audit log has no entries yet.');
      const json = keptCheckpoint(checkpoint);
      return { json, text: JSON.stringify(json) };
    },
  }),
  command({
    name: 'audit keep',
    operands: [operand('DAYS')],
    summary: `Set for how many days entries of the audit log are kept: ${auditDays.least} to ${auditDays.most}.`,
    notes: 'Older entries are deleted at once, which is recorded.',
    async run({ deps }, entered) {
      const json = accepted(await saveAuditDays(deps, entered));
      const { days, deleted } = json;
      const entries = counted(deleted, 'older entry was', 'older entries were');
      return { json, text: `Audit entries are kept for ${days} days. ${entries} deleted.` };
    },
  }),
];

function keysIn(entered: string): string[] {
  const keys = readPublicKeys(entered);
  if (keys.ok) return keys.value;
  throw new UsageError('--trust must be public keys of 43 characters, as `anteroom audit verify` names them.');
}

function shown({ at, newestCheckpoint, ...found }: Verification) {
  const checkpoint = newestCheckpoint && keptCheckpoint(newestCheckpoint);
  return { intact: found.faultCount === 0, at: isoTime(at), ...found, newestCheckpoint: checkpoint };
}

function sentencesOf(found: Verification): string {
  const { faults, faultCount, notes, newestCheckpoint } = found;
  const numbers = (value: number) => value.toLocaleString('en');
  const facts = list([
    ['Entries', found.last === null ? 'none' : `${numbers(found.entries)}, from ${found.first} to ${found.last}`],
    ['Deleted by retention', found.deletedUpTo === 0 ? 'none' : `up to entry ${found.deletedUpTo}`],
    ['Parts erased with people', numbers(found.erasedParts)],
    [
      'Checkpoints',
      newestCheckpoint
        ? `${numbers(found.checkpoints)}, the newest one of entry ${newestCheckpoint.seq}, ${isoTime(newestCheckpoint.at)}`
        : 'none',
    ],
    ['Public key', found.publicKey],
  ]);
  const result =
    faultCount === 0 ? 'The audit log is intact.' : `The audit log is not intact: ${counted(faultCount, 'fault')}.`;
  const more = faultCount > faults.length ? [`… and ${numbers(faultCount - faults.length)} more.`] : [];
  const lines = [...faults.map(({ sentence }) => sentence), ...more, ...notes.map((note) => `Note: ${note}`)];
  return [result, ...lines, '', facts].join('\n');
}
