import type { Deps } from '../deps.ts';
import { PEOPLE, SCIM, SCIM_LOG } from '../paths.ts';
import { listSources, type ProfileSource } from '../store/profileSources.ts';
import { isNoticeKind, listNotices, type NoticeKind } from '../store/sourceNotices.ts';
import type { HealthItem } from './item.ts';

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

/** Finds what was left out of the requests of profile sources or refused, and not dismissed. */
export async function checkSourceNotices({ store }: Deps): Promise<HealthItem[]> {
  const [sources, stored] = [await listSources(store.db), await listNotices(store.db)];
  return stored.flatMap(({ sourceId, kind }) => {
    const source = sources.find(({ id }) => id === sourceId);
    return source && isNoticeKind(kind) ? [noticeItem(source, kind)] : [];
  });
}

function noticeItem({ id, name }: ProfileSource, kind: NoticeKind): HealthItem {
  const [text, detail] = notices[kind];
  const screen = `${SCIM}/${id}`;
  return {
    code: kind === 'unknownAttribute' || kind === 'unknownMember' ? 'source_unknown_values' : 'source_rights',
    severity: kind === 'lastPowerUser' ? 'danger' : 'warning',
    subject: `${id} ${kind}`,
    text: `${name} ${text}`,
    detail,
    href: placeOf(kind, id, screen),
    action: { label: 'Dismiss', path: `${screen}/notices/${kind}/dismissal` },
  };
}

function placeOf(kind: NoticeKind, id: string, screen: string): string {
  if (kind === 'lastPowerUser') return `${PEOPLE}?type=Power%20User`;
  return kind === 'unknownAttribute' || kind === 'unknownMember' ? `${SCIM_LOG}?source=${id}` : `${screen}#rights`;
}
