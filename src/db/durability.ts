import { AliasNode, DeleteQueryNode, InsertQueryNode, type OperationNode, TableNode, UpdateQueryNode } from 'kysely';
import type { Schema } from './schema.ts';

/**
 * Tables whose latest rows survive a crash of the process, but perhaps not of the machine: a commit that writes no other table does not
 * wait for the disk. Losing such a row costs a login, a click, a count or a line of a log, and never a rule. (Used assertions are not among them.)
 */
const relaxedTables: ReadonlySet<keyof Schema> = new Set([
  'sessions',
  'loginRequests',
  'pendingLogins',
  'attempts',
  'scimLog',
  'profileSourceCalls',
  'metadataFetches',
  'loginTraffic',
]);

/** Whether a statement writes one relaxed table and nothing else. Anything that is not recognized is durable. */
export function isRelaxedWrite(query: OperationNode): boolean {
  const table = tableWritten(query);
  return table !== undefined && (relaxedTables as ReadonlySet<string>).has(table);
}

function tableWritten(query: OperationNode): string | undefined {
  if (InsertQueryNode.is(query)) return nameOf(query.into);
  if (UpdateQueryNode.is(query)) return nameOf(query.table);
  if (DeleteQueryNode.is(query) && query.from.froms.length === 1) return nameOf(query.from.froms[0]);
  return undefined;
}

function nameOf(node: OperationNode | undefined): string | undefined {
  if (node && AliasNode.is(node)) return nameOf(node.node);
  return node && TableNode.is(node) ? node.table.identifier.name : undefined;
}
