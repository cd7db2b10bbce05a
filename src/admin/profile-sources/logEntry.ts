import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import type { SourceRefusal } from '../../sources/callingSource.ts';
import { findSource } from '../../store/profileSources.ts';
import { type Change, findScimLogEntry } from '../../store/scimLog.ts';
import { titleOf } from './log.ts';

/** Why a request was refused before its body was read. */
const refusals: Record<SourceRefusal, string> = {
  no_token: 'The request has no token.',
  wrong_token: 'No source has this token. It was mistyped, or replaced by a new one.',
  expired_token: 'The token has expired. Generate a new key and enter it at the provider.',
  inactive_source: 'The source is disabled.',
  expired_access_token: 'The access token has expired. The client has to request another one.',
  no_client: 'The request has no Client ID and client secret.',
  wrong_client:
    'No source has this Client ID and client secret. The client secret is the Authentication Token of the source.',
  wrong_network: 'The source does not allow requests from this network.',
};

/** Manage Profile Sources > SCIM log > a request. */
export function scimLogEntryRoutes(router: Router, deps: Deps): void {
  router.get('/settings/profile-sources/log/:id', async (req, res) => {
    const entry = await findScimLogEntry(deps.store.db, req.params.id);
    if (!entry) throw new NotFound('This request is no longer in the log.');
    res.render('settings/profile-sources/logEntry', {
      title: titleOf(entry),
      entry,
      reason: refusals[entry.detail as SourceRefusal] ?? entry.detail,
      body: indented(entry.body),
      changes: changesShown(entry.changes),
      canTryOut:
        entry.resourceType !== null &&
        entry.sourceId !== null &&
        (await findSource(deps.store.db, entry.sourceId)) !== undefined,
    });
  });
}

/** Returns changes as text for changes.ejs. */
export function changesShown(changes: Change[]): { attribute: string; before: string; after: string }[] {
  return changes.map(({ attribute, before, after }) => ({ attribute, before: asText(before), after: asText(after) }));
}

function asText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value, undefined, 2);
}

/** JSON with line breaks; any other text, such as a truncated body, as it is. */
function indented(body: string | null): string | null {
  if (body === null) return null;
  try {
    return JSON.stringify(JSON.parse(body), undefined, 2);
  } catch {
    return body;
  }
}
