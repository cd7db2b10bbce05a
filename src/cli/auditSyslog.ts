import { moveSyslog } from '../audit/syslog/move.ts';
import { type SyslogStatus, sendTestMessage, syslogStatus } from '../audit/syslog/status.ts';
import type { Deps } from '../deps.ts';
import { accepted, type Call, type Command, isoTime, list, type Output, Refused } from './command.ts';

export const auditSyslogCommands: Command[] = [
  {
    name: 'audit syslog',
    operands: '',
    summary: 'Show whether the audit log is sent by syslog, send a test, or send entries again.',
    options: {
      test: { help: 'Send a test message now, and show the result.' },
      from: {
        value: 'now|start|NUMBER',
        help: 'Continue with new entries, with all, or with the entry of this number.',
      },
    },
    notes: 'AUDIT_SYSLOG in the configuration is the receiver. A running server sends new entries within seconds.',
    run: syslog,
  },
];

async function syslog({ deps, text, has }: Call): Promise<Output> {
  const from = text('from');
  const before = await syslogStatus(deps);
  if (!before) {
    if (from !== undefined || has('test')) throw new Refused('There is no receiver: AUDIT_SYSLOG is not set.');
    return { json: { receiver: null }, text: 'The audit log is not sent by syslog. Set AUDIT_SYSLOG to a receiver.' };
  }
  if (from !== undefined) accepted(await moveSyslog(deps, from), () => '--from');
  return has('test') ? test(deps) : shown((await syslogStatus(deps)) ?? before);
}

async function test(deps: Deps): Promise<Output> {
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
      ['Waiting', String(waiting)],
      ...(missed > 0 ? [['Deleted unsent', String(missed)] as [string, string]] : []),
    ]),
  };
}
