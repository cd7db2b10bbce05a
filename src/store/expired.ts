import { setImmediate } from 'node:timers/promises';
import type { Db } from '../db/open.ts';
import { deleteExpiredFailures } from './attempts.ts';
import { deleteExpiredLoggedOutSessions } from './loggedOutSessions.ts';
import { deleteLoginActivityBefore } from './loginActivity.ts';
import { deleteLoginMessagesBefore } from './loginMessages.ts';
import { deleteExpiredLoginRequests } from './loginRequests.ts';
import { deleteExpiredLoginTests } from './loginTests.ts';
import { deleteTrafficBefore, TRAFFIC_KEPT_MS } from './loginTraffic.ts';
import { deleteExpiredLogoutRequests } from './logoutRequests.ts';
import { deleteExpiredMetadataCollections } from './metadataCollections.ts';
import { deleteExpiredMetadataImports } from './metadataImports.ts';
import { deleteExpiredChallenges } from './passkeyChallenges.ts';
import { deleteExpiredPasswordLinks } from './passwordLinks.ts';
import { deleteExpiredPendingLogins } from './pendingLogins.ts';
import { deleteExpiredProviderSetups } from './providerSetups.ts';
import { deleteExpiredSecondSteps } from './secondSteps.ts';
import { deleteMailsBefore } from './sentMails.ts';
import { deleteExpiredSessions } from './sessions.ts';
import { deleteExpiredAssertions } from './usedAssertions.ts';
import { deleteDeliveriesBefore } from './webhookDeliveries.ts';

const DAY_MS = 86_400_000;
const DELIVERY_DAYS = 30;
const MAIL_DAYS = 90;
const ROWS_AT_ONCE = 500;

const deletions = [
  deleteExpiredLoginRequests,
  deleteExpiredLoginTests,
  deleteExpiredLogoutRequests,
  deleteExpiredLoggedOutSessions,
  deleteExpiredAssertions,
  deleteExpiredPendingLogins,
  deleteExpiredPasswordLinks,
  deleteExpiredSessions,
  deleteExpiredMetadataImports,
  deleteExpiredMetadataCollections,
  deleteExpiredFailures,
  deleteExpiredProviderSetups,
  deleteExpiredChallenges,
  deleteExpiredSecondSteps,
];

/** For how many days Login activity is kept, and the messages of its attempts. */
export type KeptDays = { activity: number; messages: number };

/** Deletes expired rows from every table whose rows expire, and Login activity and events of webhooks past their time, in slices. */
export async function deleteExpired(db: Db, now: number, days: KeptDays): Promise<void> {
  for (const deleteSome of deletions) await inSlices(() => deleteSome(db, now, ROWS_AT_ONCE));
  const before = (some: number) => now - some * DAY_MS;
  await inSlices(() => deleteLoginActivityBefore(db, before(days.activity), ROWS_AT_ONCE));
  const messageDays = Math.min(days.messages, days.activity);
  await inSlices(() => deleteLoginMessagesBefore(db, before(messageDays), ROWS_AT_ONCE));
  await inSlices(() => deleteDeliveriesBefore(db, before(DELIVERY_DAYS), ROWS_AT_ONCE));
  await deleteMailsBefore(db, now - MAIL_DAYS * DAY_MS);
  await deleteTrafficBefore(db, now - TRAFFIC_KEPT_MS);
}

/** Lets other requests run between two slices. */
async function inSlices(deleteSome: () => Promise<number>): Promise<void> {
  while ((await deleteSome()) === ROWS_AT_ONCE) await setImmediate();
}
