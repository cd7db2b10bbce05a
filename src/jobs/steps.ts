import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import { changePeople, joinGroup } from '../people/bulk.ts';
import { importLines, planLines } from '../people/importPeople.ts';
import { finishRemoval, letGo, nextManaged } from '../sources/profileSources.ts';
import { type Job, type JobItem, nextJobItems } from '../store/jobs.ts';

export type JobKind = 'plan' | 'import' | 'activate' | 'deactivate' | 'remove' | 'group' | 'source';

/** A job to begin, with its items; or with their number, where its step finds them itself. */
export type NewJob = { kind: JobKind; input: Record<string, string>; items?: unknown[]; total?: number };

/** What came of an item, and what is kept of it (nothing where it is undefined). */
export type Outcome = { outcome: string; keep?: unknown; reason?: string };

/** How a kind of job works off some of its items, within the transaction that writes down how far it came. */
type Step = {
  next: (db: Db, job: Job, limit: number) => Promise<JobItem[]>;
  work: (db: Db, deps: Deps, items: JobItem[], job: Job) => Promise<Outcome[]>;
  finish?: (db: Db, deps: Deps, job: Job) => Promise<void>;
};

const next = nextJobItems;

export const jobSteps: Record<JobKind, Step> = {
  plan: { next, work: (db, _deps, items) => planLines(db, items) },
  import: { next, work: importLines },
  activate: { next, work: (db, deps, items) => changePeople(db, deps, items, 'activate') },
  deactivate: { next, work: (db, deps, items) => changePeople(db, deps, items, 'deactivate') },
  remove: { next, work: (db, deps, items) => changePeople(db, deps, items, 'remove') },
  group: { next, work: (db, deps, items, { input }) => joinGroup(db, deps, items, input.group ?? '') },
  source: {
    next: nextManaged,
    work: (db, deps, items, { input }) => letGo(db, deps, items, input.people),
    finish: finishRemoval,
  },
};
