import type { Db } from '../db/open.ts';
import type { Deps } from '../deps.ts';
import type { NewLoginActivity } from '../store/loginActivity.ts';
import type { User } from '../store/users.ts';
import { publish } from '../webhooks/publish.ts';

type Attempt = Pick<NewLoginActivity, 'id' | 'flow' | 'outcome' | 'reason' | 'reference' | 'providerId'>;

/**
 * Reports a login, or a refusal, in the transaction that records it. What was typed or asserted is not reported: it may be a password in
 * the wrong field. Anything else than a login or a refusal, such as a Test login, is no event.
 * @param user the person who was found, if any
 */
export async function publishLogin(
  db: Db,
  deps: Pick<Deps, 'webhooks' | 'now' | 'randomBytes'>,
  { id, flow, outcome, reason, reference, providerId }: Attempt,
  user: Pick<User, 'id' | 'userName'> | undefined,
): Promise<void> {
  if (flow === 'test') return;
  const method = flow === 'local' ? 'local' : 'saml';
  const data = { id, method, providerId, userId: user?.id ?? null, userName: user?.userName ?? null };
  if (outcome === 'logged_in') await publish(db, deps, 'login.succeeded', () => data);
  if (outcome === 'refused') await publish(db, deps, 'login.refused', () => ({ ...data, reason, reference }));
}

/** A logout: which provider had logged the person in, if any, who asked for it, and how many sessions it ended. */
type Logout = { id: string | null; providerId: string | null; endedBy: 'person' | 'provider'; sessions: number };

/** Reports in the transaction that ends the sessions that a person logged out. @param logout `id`: its row of Login activity, if it has one */
export async function publishLogout(
  db: Db,
  deps: Pick<Deps, 'webhooks' | 'now' | 'randomBytes'>,
  { id, providerId, endedBy, sessions }: Logout,
  { id: userId, userName }: Pick<User, 'id' | 'userName'>,
): Promise<void> {
  const method = providerId === null ? 'local' : 'saml';
  await publish(db, deps, 'login.ended', () => ({ id, method, providerId, userId, userName, endedBy, sessions }));
}
