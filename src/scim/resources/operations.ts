import type { Db } from '../../db/open.ts';
import { isUniqueViolation, sharedLoginName } from '../../db/uniqueViolation.ts';
import type { Deps } from '../../deps.ts';
import type { Change } from '../../store/scimLog.ts';
import type { Selected, Selection } from '../../store/selection.ts';
import type { Call, ScimResponse, Trace } from '../http/call.ts';
import { ScimError } from '../http/errors.ts';
import { logChange } from '../http/log.ts';
import { changedMeanwhile, isUnchanged, requireMatch } from '../http/preconditions.ts';
import { mappedBody } from '../mapping/mapBody.ts';
import { rolledBack } from '../mapping/rolledBack.ts';
import type { PatchStep } from '../protocol/patch.ts';
import { type Projection, readProjection } from '../protocol/projection.ts';
import { readPatch } from '../protocol/readPatch.ts';
import type { Json } from '../schema/json.ts';
import { readResource } from '../schema/readResource.ts';
import type { ResourceType } from '../schema/schema.ts';
import { requireManaging } from './ownership.ts';
import { reportAttributes } from './unknown.ts';

/** What the rows of users and groups have in common. */
export type Row = { id: string; version: number; sourceId: string | null };

/** An update within a transaction, with the row locked: the changes, and what writes the row if there are any. */
export type Update<R extends Row> = (
  db: Db,
  before: R,
) => Promise<{ changes: Change[]; save: () => Promise<R | undefined> }>;

/**
 * What differs between users and groups. The functions below do the rest: reading the body, preconditions, permissions, the log, errors.
 * `create`, `replace` and `patch` prepare a write outside the transaction and return the function that runs within it. `sent` has the names
 * of a person's attributes in the body.
 */
export type Model<R extends Row> = {
  typeOf(deps: Pick<Deps, 'attributes'>): ResourceType;
  table: 'users' | 'groups';
  uniqueAttribute: 'userName' | 'displayName';
  nameOf(row: R): string;
  find(db: Db, id: string): Promise<R | undefined>;
  findByName(db: Db, name: string): Promise<R | undefined>;
  select(db: Db, selection: Selection): Promise<Selected<R>[]>;
  /** Returns the row and locks it until the transaction ends. */
  lock(db: Db, id: string): Promise<R | undefined>;
  create(
    call: Call,
    resource: Json,
    sent: ReadonlySet<string>,
  ): Promise<(db: Db) => Promise<{ row: R; changes: Change[] }>>;
  replace(call: Call, resource: Json, sent: ReadonlySet<string>): Promise<Update<R>>;
  patch(call: Call, steps: PatchStep[]): Promise<Update<R>>;
  hasOwners: boolean; // attributes may belong to several sources: `replace` and `patch` check who owns what they change
  /** Checks that the source may change the row. @throws ScimError */
  check?(call: Call, row: R): void;
  delete(db: Db, call: Call, row: R): Promise<unknown>;
  /** Whether the resource is too large to return it after a PATCH. */
  isLarge?(call: Call, row: R): Promise<boolean>;
  represent(call: Call, row: R, projection: Projection | undefined): Promise<Representation>;
  /** Yields the resources as JSON text, separated by commas. */
  writeJson(call: Call, rows: R[], projection: Projection | undefined): AsyncIterable<string>;
};

/** A resource as a response shows it, with its entity tag. */
export type Representation = { version: string; body: Json | AsyncIterable<string> };

/** POST (RFC 7644 3.3). */
export async function createResource<R extends Row>(call: Call, model: Model<R>): Promise<ScimResponse> {
  requireWritable(call);
  const { trace } = call;
  const { resource, sent } = readBody(call, model);
  trace.resourceName = String(resource[model.uniqueAttribute]);
  const create = await model.create(call, resource, sent);
  const row = await inTransaction(call, model, async (trx) => {
    const created = await create(trx);
    trace.resourceId = created.row.id;
    trace.changes = created.changes;
    await logChange(trx, call, 201);
    return created.row;
  }).catch((error) => explainTaken(call, model, error));
  return respond(call, model, 201, row);
}

/** GET (RFC 7644 3.4.1). */
export async function getResource<R extends Row>(call: Call, model: Model<R>, id: string): Promise<ScimResponse> {
  requireId(call, id);
  const row = await model.find(call.deps.store.db, id);
  if (!row) throw notFound();
  call.trace.resourceName = model.nameOf(row);
  const response = await respond(call, model, 200, row);
  const { ETag = '' } = response.headers ?? {};
  return isUnchanged(call.request.ifNoneMatch, ETag) ? { status: 304, headers: { ETag } } : response;
}

/** PUT (RFC 7644 3.5.1). */
export async function replaceResource<R extends Row>(call: Call, model: Model<R>, id: string): Promise<ScimResponse> {
  requireWritable(call);
  const { resource, sent } = readBody(call, model);
  requireId(call, id);
  const row = await updateResource(call, model, id, await model.replace(call, resource, sent));
  return respond(call, model, 200, row);
}

/** PATCH (RFC 7644 3.5.2): returns 200 with the resource, or 204 if the source's setting or the size of the resource asks for it. */
export async function patchResource<R extends Row>(call: Call, model: Model<R>, id: string): Promise<ScimResponse> {
  requireWritable(call);
  const unknown = new Set<string>();
  const type = model.typeOf(call.deps);
  const steps = readPatch(type, mappedBody(call, type), unknown);
  reportAttributes(call, unknown);
  requireId(call, id);
  const row = await updateResource(call, model, id, await model.patch(call, steps));
  if (await isWanted(call, model, row)) return respond(call, model, 200, row);
  return { status: 204, headers: { ETag: versionTag(row.version) } };
}

/** DELETE (RFC 7644 3.6). */
export async function deleteResource<R extends Row>(call: Call, model: Model<R>, id: string): Promise<ScimResponse> {
  requireWritable(call);
  requireId(call, id);
  await inTransaction(call, model, async (trx) => {
    const row = await lockResource(trx, call, model, id);
    await requireManaging(trx, call, row);
    await model.delete(trx, call, row);
    await logChange(trx, call, 204);
  });
  return { status: 204 };
}

/** Returns the entity tag of a version. */
export function versionTag(version: number | string): string {
  return `W/"${version}"`;
}

function readBody<R extends Row>(call: Call, { typeOf }: Model<R>): { resource: Json; sent: ReadonlySet<string> } {
  const unknown = new Set<string>();
  const sent = new Set<string>();
  const type = typeOf(call.deps);
  const resource = readResource(type, mappedBody(call, type), unknown, sent);
  reportAttributes(call, unknown);
  return { resource, sent };
}

/** Without a change, neither the row nor the log is written, and the version stays. */
async function updateResource<R extends Row>(call: Call, model: Model<R>, id: string, update: Update<R>): Promise<R> {
  return inTransaction(call, model, async (trx) => {
    const before = await lockResource(trx, call, model, id);
    if (!model.hasOwners) await requireManaging(trx, call, before);
    const { changes, save } = await update(trx, before);
    if (changes.length === 0 && before.sourceId !== null) return before;
    call.trace.changes = changes;
    const after = await save();
    if (!after) throw changedMeanwhile();
    await logChange(trx, call, 200);
    return after;
  });
}

/** @throws ScimError 404, 412 */
async function lockResource<R extends Row>(db: Db, call: Call, model: Model<R>, id: string): Promise<R> {
  const row = await model.lock(db, id);
  if (!row) throw notFound();
  call.trace.resourceName = model.nameOf(row);
  requireMatch(call.request.ifMatch, row.version);
  model.check?.(call, row);
  return row;
}

async function inTransaction<T, R extends Row>(
  { deps, trace, isTryOut }: Call,
  { uniqueAttribute }: Model<R>,
  write: (trx: Db) => Promise<T>,
): Promise<T> {
  const before = copyOf(trace);
  try {
    const { db } = deps.store;
    const run = (trx: Db) => {
      Object.assign(trace, copyOf(before)); // the transaction may run again
      return write(trx);
    };
    return await (isTryOut ? rolledBack(db, run) : db.transaction().execute(run));
  } catch (error) {
    if (isUniqueViolation(error)) throw new ScimError(409, 'uniqueness', takenMessage(error, uniqueAttribute));
    throw error;
  }
}

/** What is in the lists of a trace never changes. */
function copyOf(trace: Trace): Trace {
  return { ...trace, changes: [...trace.changes], notices: [...trace.notices] };
}

/** Throws the error of a POST, or a better one: the source may not take over the person with this name. */
async function explainTaken<R extends Row>(call: Call, model: Model<R>, error: unknown): Promise<never> {
  const { resourceName } = call.trace;
  const isTaken = error instanceof ScimError && error.scimType === 'uniqueness' && resourceName !== null;
  const known = isTaken ? await model.findByName(call.deps.store.db, resourceName) : undefined;
  if (known) model.check?.(call, known);
  throw error;
}

function takenMessage(error: unknown, uniqueAttribute: string): string {
  const shared = sharedLoginName(error);
  if (shared === 'userName') return 'This userName is the e-mail address of another person.';
  if (shared === 'email') return 'An e-mail address of this person is the userName of another person.';
  return `This ${uniqueAttribute} is already taken.`;
}

async function respond<R extends Row>(call: Call, model: Model<R>, status: 200 | 201, row: R): Promise<ScimResponse> {
  const type = model.typeOf(call.deps);
  const { version, body } = await model.represent(call, row, readProjection(type, call.request.query));
  const location = `${call.baseUrl}${type.endpoint}/${row.id}`;
  // RFC 7643 3.1 names Content-Location; clients look for Location as in RFC 7644 3.4.1.
  const headers = { ETag: version, Location: location, ...(status === 200 ? { 'Content-Location': location } : {}) };
  return { status, headers, body };
}

async function isWanted<R extends Row>(call: Call, model: Model<R>, row: R): Promise<boolean> {
  const { source, request } = call;
  if (request.query.has('attributes')) return true;
  if (source.patchResponse === 'none') return false;
  return request.query.has('excludedAttributes') || !(await model.isLarge?.(call, row));
}

function requireWritable({ source }: Call): void {
  if (source.readOnly) throw new ScimError(403, undefined, 'This profile source is read-only.');
}

/** Sets the id in the log. @throws ScimError 404 for anything but a UUID: PostgreSQL fails on some texts, such as U+0000 */
function requireId({ trace }: Call, id: string): void {
  if (!/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/.test(id)) throw notFound();
  trace.resourceId = id;
}

function notFound(): ScimError {
  return new ScimError(404, undefined, 'There is no such resource.');
}
