import type { LoginActivity } from '../../store/loginActivity.ts';

const AT_PROVIDER: Partial<Record<string, string>> = {
  logged_out: 'The provider confirmed that it logged them out too.',
  logout_partly: 'The provider logged them out too, but they may still be logged in to other applications.',
  logout_failed: 'The provider did not log them out there: its status is below.',
  logout_sent:
    'A logout request was sent to the provider, and no response has come: they may still be logged in there.',
};

/** Says what a logout did: one that the provider asked for, with the number of sessions that it ended, or one that was started here. */
export function logoutInWords({ outcome, detail: { ended } }: Pick<LoginActivity, 'outcome' | 'detail'>): string {
  if (ended === undefined) return `The person logged out here. ${AT_PROVIDER[outcome] ?? ''}`.trim();
  if (ended === 0) return 'The provider logged the person out. They had no session here any more.';
  return `The provider logged the person out. ${ended === 1 ? 'One session' : `${ended} sessions`} ended here.`;
}
