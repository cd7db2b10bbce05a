import { moveSyslog } from '../audit/syslog/move.ts';
import { type SyslogStatus, sendTestMessage, syslogStatus } from '../audit/syslog/status.ts';
import type { Deps } from '../deps.ts';
import { accepted, command, type Output, Refused } from './command.ts';
import { flag, text } from './options.ts';
import { isoTime, list } from './print.ts';

export const auditSyslogCommands = [
  command({
    name: 'audit syslog',
    summary: 'Show whether the audit log is sent by syslog, send a test, or send entries again.',
    options: {
      test: flag('Send a test message now, and show the result.'),
      from: text('now|start|NUMBER', 'Continue with new entries, with all, or with the entry of this number.'),
    },
    notes: 'AUDIT_SYSLOG in the configuration is the receiver. A running server sends new entries within seconds.',
    async run({ deps, options: { from, test } }) {
      const before = await syslogStatus(deps);
      if (!before) {
        if (from !== undefined || test) throw new Refused('There is no receiver: AUDIT_SYSLOG is not set.');
        const text = 'The audit log is not sent by syslog. Set AUDIT_SYSLOG to a receiver.';
        return { json: { receiver: null }, text };
      }
      if (from !== undefined) accepted(await moveSyslog(deps, from), () => '--from');
      return test ? sendTest(deps) : shown((await syslogStatus(deps)) ?? before);
    },
  }),
];

async function sendTest(deps: Deps): Promise<Output> {
  const { sent, sentence } = await sendTestMessage(deps);
  if (!sent) throw new Refused(sentence);
  return { json: { sent, confirmed: deps.config.auditSyslog?.protocol !== 'udp' }, text: sentence };
}

function shown(status: SyslogStatus): Output {
  const { receiver, confirmed, sentAt, failingSince, error, retryAt, waiting, oldestAt, missed } = status;
  const since = isoTime(failingSince);
  return {
    json: {
      ...status,
      sentAt: isoTime(sentAt),
      failingSince: since,
      retryAt: isoTime(since ? retryAt : null),
      oldestAt: isoTime(oldestAt),
    },
    text: list([
      ['Receiver', receiver],
      ['Confirms', confirmed ? 'yes' : 'no (UDP)'],
      ['State', since === null ? 'works' : `fails since ${since}: ${error}`],
      ['Last sent', isoTime(sentAt) ?? 'never'],
      ['Waiting', waiting],
      ['Deleted unsent', missed > 0 ? missed : undefined],
    ]),
  };
}
