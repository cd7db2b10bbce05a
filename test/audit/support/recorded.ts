import { expect } from 'chai';
import type { AuditChange, What, Who } from '../../../src/store/audit.ts';
import type { TestDeps } from '../../support/testDeps.ts';

/** An entry in short: 'person maya.koch 127.0.0.1' did it, to 'settings General'. */
export type Recorded = { action: string; who: string; target: string; changes: AuditChange[] };

/** Returns what is recorded while `work` runs, by action and target. */
export async function recordedDuring(deps: TestDeps, work: () => Promise<unknown>): Promise<Recorded[]> {
  const before = new Set((await rowsOf(deps)).map(({ id }) => id));
  await work();
  const added = (await rowsOf(deps)).filter(({ id }) => !before.has(id)).map(inShort);
  return added.sort((a, b) => (`${a.action} ${a.target}` < `${b.action} ${b.target}` ? -1 : 1));
}

/** Expects that no entry contains any of the secrets, as they are or as they are stored. */
export async function expectNotRecorded(deps: TestDeps, secrets: string[]): Promise<void> {
  const all = JSON.stringify(await rowsOf(deps));
  for (const secret of secrets) {
    expect(secret).to.have.length.above(8);
    expect(all).not.to.contain(JSON.stringify(secret).slice(1, -1));
  }
}

function rowsOf({ store }: TestDeps) {
  return store.db.selectFrom('auditEntries').selectAll().execute();
}

function inShort({ action, actorKind, targetKind, whoJson, whatJson }: Awaited<ReturnType<typeof rowsOf>>[number]) {
  const [who, what]: [Who, What] = [JSON.parse(whoJson ?? ''), JSON.parse(whatJson ?? '')];
  return {
    action,
    who: [actorKind, who.name, who.address].filter(Boolean).join(' '),
    target: `${targetKind} ${what.name}`,
    changes: what.changes,
  };
}
