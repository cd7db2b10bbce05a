import type { AuditChange, What, Who } from '../../store/audit.ts';
import type { SealedRow } from '../../store/auditChain.ts';
import type { AuditCheckpoint } from '../../store/auditCheckpoints.ts';
import { boundedChanges } from '../boundedChanges.ts';
import { keptCheckpoint } from '../checkpoint.ts';
import { asciiJson, bytesInAscii, type SyslogHead, shortened, syslogMessage } from './message.ts';

/** What all messages have in common. */
export type Sender = Pick<SyslogHead, 'facility' | 'host' | 'processId'> & { maxBytes: number };

/**
 * Returns an entry of the audit log as a message of syslog: its facts as parameters, and all of it in JSON, with the changes as far as there is
 * room. Names that are extremely long are shortened. What was erased is null.
 */
export function entryMessage({ maxBytes, ...sender }: Sender, entry: SealedRow): Buffer {
  const { seq, id, at, action, actorKind, actorId, targetKind, targetId, hash } = entry;
  const [who, what] = [partOf<Who>(entry.whoJson), partOf<What>(entry.whatJson)];
  const short = (text: string | null | undefined) => (text == null ? null : shortened(text, Math.floor(maxBytes / 12)));
  const actor = { kind: actorKind, id: short(actorId), name: short(who?.name), address: short(who?.address) };
  const target = { kind: targetKind, id: short(targetId), name: short(what?.name) };
  const params = {
    ...{ seq, id, hash },
    ...{ actorKind, actor: actor.name, address: actor.address, targetKind, target: target.name },
  };
  const head: SyslogHead = { ...sender, severity: 'notice', at, messageId: action, params };
  return syslogMessage(head, maxBytes, (room) =>
    textOf({ seq, id, hash, action, actor, target }, what?.changes ?? null, room),
  );
}

/** Returns a signed checkpoint as a message of syslog. `anteroom audit verify --checkpoint` reads its text. */
export function checkpointMessage({ maxBytes, ...sender }: Sender, checkpoint: AuditCheckpoint): Buffer {
  const { at, seq, hash } = checkpoint;
  const messageId = 'audit.checkpoint';
  const head: SyslogHead = { ...sender, severity: 'informational', at, messageId, params: { seq, hash } };
  const text = asciiJson({ action: messageId, checkpoint: keptCheckpoint(checkpoint) });
  return syslogMessage(head, maxBytes, () => text);
}

function textOf(facts: object, changes: AuditChange[] | null, room: number): string {
  if (changes === null) return asciiJson({ ...facts, changes: null, complete: false });
  const others = asciiJson({ ...facts, changes: [], complete: false });
  return asciiJson({ ...facts, ...boundedChanges(changes, room - others.length + '[]'.length, bytesInAscii) });
}

function partOf<T>(json: string | null): T | undefined {
  return json === null ? undefined : JSON.parse(json);
}
