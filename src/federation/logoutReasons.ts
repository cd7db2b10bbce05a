import type { Explanation } from './reasons.ts';

/** Why a LogoutRequest or a LogoutResponse is refused, beside the reasons that all messages share. */
export const logoutReasons = {
  logout_expired: {
    title: 'the logout message had expired',
    advice:
      'It arrived late, or the clocks differ: synchronize both with NTP. The Edit screen can allow a small difference.',
    remedy: 'provider',
  },
  logout_request_unknown: {
    title: 'the logout response belonged to no open logout request',
    advice: 'It came late or twice, or {provider} does not return the ID of the logout request as InResponseTo.',
  },
  logout_replayed: {
    title: 'the logout message was used before',
    advice: 'The person probably went back in the browser or reloaded the page. Nobody was logged out again.',
  },
} satisfies Record<string, Explanation>;
