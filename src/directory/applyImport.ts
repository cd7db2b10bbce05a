import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { caseKey } from '../store/caseKey.ts';
import { findUsersByUserNames } from '../store/userNames.ts';
import { findUser } from '../store/users.ts';
import { managerIdOf } from './csvColumns.ts';
import type { ImportPlan, PlannedLine } from './planImport.ts';
import type { UserAttributes } from './userAttributes.ts';
import { insertPerson, isLastPowerUser, LAST_POWER_USER, writePerson } from './users.ts';

/** What an import did; `refused` are the lines that could not be done when their turn came. */
export type ImportResult = { created: number; changed: number; refused: { line: number; reason: string }[] };

type Doable = PlannedLine & { kind: 'create' | 'change' };
const AT_ONCE = 100;

/** Carries a plan out, some people in a transaction, so that nobody else waits long. Lines with errors are left out. */
export async function applyImport(deps: Deps, plan: ImportPlan): Promise<ImportResult> {
  const result: ImportResult = { created: 0, changed: 0, refused: [] };
  const lines = plan.lines.filter((line): line is Doable => line.kind === 'create' || line.kind === 'change');
  for (let start = 0; start < lines.length; start += AT_ONCE) {
    const some = lines.slice(start, start + AT_ONCE);
    const outcomes = await deps.store.db.transaction().execute(async (trx) => {
      const made: Outcome[] = [];
      for (const line of some) made.push({ line, reason: await writeLine(trx, deps, line) });
      return made;
    });
    for (const outcome of outcomes) count(result, outcome);
  }
  await writeManagers(deps, lines);
  return result;
}

type Outcome = { line: Doable; reason: string | undefined };

function count(result: ImportResult, { line, reason }: Outcome): void {
  if (reason) result.refused.push({ line: line.line, reason });
  else result[line.kind === 'create' ? 'created' : 'changed'] += 1;
}

/** Why a line could not be written, or undefined. */
async function writeLine(db: Db, deps: Deps, line: Doable): Promise<string | undefined> {
  const [taken] = (await findUsersByUserNames(db, [line.userName])).values();
  if (line.kind === 'create') {
    if (taken) return 'Somebody has this user name already.';
    await insertPerson(db, deps, line.attributes, { sourceId: null, passwordHash: null });
    return undefined;
  }
  const { before, attributes } = line;
  const losesPower = attributes.userType !== 'Power User' || !attributes.active;
  if (losesPower && (await isLastPowerUser(db, before))) return LAST_POWER_USER;
  const changed = await writePerson(db, deps, before, attributes);
  return changed ? undefined : 'Somebody else changed this person meanwhile.';
}

/** Managers come last: they may be people of the same file. */
async function writeManagers(deps: Deps, lines: Doable[]): Promise<void> {
  const named = lines.filter((line) => line.manager !== '');
  for (let start = 0; start < named.length; start += AT_ONCE) {
    const some = named.slice(start, start + AT_ONCE);
    await deps.store.db.transaction().execute(async (trx) => {
      const people = await findUsersByUserNames(
        trx,
        some.flatMap(({ userName, manager }) => [userName, manager]),
      );
      for (const { userName, manager } of some) {
        const person = people.get(caseKey(userName));
        const boss = people.get(caseKey(manager));
        if (person && boss && managerIdOf(person) !== boss.id) await writeManager(trx, deps, person.id, boss.id);
      }
    });
  }
}

async function writeManager(db: Db, deps: Deps, id: string, managerId: string): Promise<void> {
  const person = await findUser(db, id);
  if (!person) return;
  const { profile } = person;
  const enterprise = { ...profile.enterprise, manager: { value: managerId } };
  const changes: Partial<UserAttributes> = { profile: { ...profile, enterprise } };
  await writePerson(db, deps, person, changes);
}
