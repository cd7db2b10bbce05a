import type { Router } from 'express';
import type { Deps } from '../../deps.ts';
import { getSource } from '../../sources/profileSources.ts';
import type { ProfileSource } from '../../store/profileSources.ts';
import { dismissNotice, isNoticeKind, listNotices, type NoticeKind } from '../../store/sourceNotices.ts';
import { flash } from '../../web/flash.ts';
import type { Attention } from '../attention.ts';

const PATH = '/settings/profile-sources/scim/:id/notices/:kind/dismissal';

/** What happened, after the name of the source, and what a Power User can do about it. */
const notices: Record<NoticeKind, [text: string, detail: string]> = {
  powerUserGrant: [
    'tried to make people Power Users',
    'They were stored as Intranet Users. If the provider is to decide who is a Power User, give the source this right.',
  ],
  powerUserChange: [
    'tried to change the login of a Power User',
    'User type, user name and password were left as they are. To let the provider change them, give the source the right to grant Power User.',
  ],
  password: [
    'sends passwords that are not stored',
    'It may only set passwords of people that it created, and only with the right to do so. Other attributes were stored.',
  ],
  weakPassword: [
    'sends passwords that are too short or too long',
    'The people were stored without them. Passwords need at least 12 characters.',
  ],
  takeOver: [
    'tried to change people who were added by hand',
    'Its requests were refused. If the provider is to manage these people, give the source the right to take them over.',
  ],
  lastPowerUser: [
    'tried to deactivate, delete or demote the last Power User',
    'The request was refused. Add another Power User with a local password, then provision this person again or deactivate them here.',
  ],
  unknownAttribute: [
    'sends attributes that do not exist here',
    'They were left out, and everything else was stored. The SCIM log names them. Remove them from the mapping at the provider.',
  ],
  unknownMember: [
    'sends group members who are not in the People Directory',
    'They were skipped, and the SCIM log names them. Provision these people first, then push their groups again.',
  ],
};

/** Returns what was left out of requests or refused, by source, as entries of Needs attention. */
export async function noticesOf({ store }: Deps, sources: ProfileSource[]): Promise<Attention[]> {
  const stored = await listNotices(store.db);
  return stored.flatMap(({ sourceId, kind }) => {
    const source = sources.find(({ id }) => id === sourceId);
    return source && isNoticeKind(kind) ? [noticeItem(source, kind)] : [];
  });
}

/** Needs attention > Dismiss: the entry stays away until the rights or refusals of the source change. */
export function sourceNoticeRoutes(router: Router, deps: Deps): void {
  router.post(PATH, async (req, res) => {
    const { id, kind } = req.params;
    await getSource(deps, id);
    await dismissNotice(deps.store.db, id, kind);
    await flash(req, 'Dismissed. The SCIM log still has the requests.');
    res.redirect(303, '/settings');
  });
}

function noticeItem({ id, name }: ProfileSource, kind: NoticeKind): Attention {
  const [text, detail] = notices[kind];
  const href = `/settings/profile-sources/scim/${id}`;
  const isUnknown = kind === 'unknownAttribute' || kind === 'unknownMember';
  const place = isUnknown ? `/settings/profile-sources/log?source=${id}` : `${href}#rights`;
  return {
    kind: kind === 'lastPowerUser' ? 'danger' : 'warning',
    icon: isUnknown ? 'alert-triangle' : 'shield-half',
    text: `${name} ${text}`,
    detail,
    href: kind === 'lastPowerUser' ? '/settings/people?type=Power%20User' : place,
    dismissal: `${href}/notices/${kind}/dismissal`,
  };
}
