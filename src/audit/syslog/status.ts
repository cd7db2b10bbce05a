import type { Deps } from '../../deps.ts';
import { NotFound } from '../../errors.ts';
import { findChainHead, listSealedEntries } from '../../store/auditChain.ts';
import { senderOf } from './forward.ts';
import { asciiJson, syslogMessage } from './message.ts';
import { type Progress, readProgress } from './progress.ts';
import { sendingFault, sendMessages } from './send.ts';

const TEST_TIMEOUT_MS = 10_000;

const wasRead = 'The receiver has read the test message.';
const sentences = {
  tls: wasRead,
  tcp: wasRead,
  udp: 'The test message was sent. Check that it arrived: by UDP, receivers confirm nothing.',
} as const;

/** Where the audit log is sent by syslog, and how it goes. Times are epoch milliseconds. */
export type SyslogStatus = Pick<Progress, 'sentAt' | 'failingSince' | 'error' | 'retryAt' | 'missed'> & {
  receiver: string;
  confirmed: boolean; // whether the receiver confirms what it reads: not by UDP
  waiting: number; // entries that were not sent yet
  oldestAt: number | null; // of them
};

const unstarted = { sentAt: null, failingSince: null, error: null, retryAt: 0, missed: 0 };

/** Returns where the audit log is sent by syslog, and how it goes, or undefined if it is not sent. */
export async function syslogStatus({
  config,
  store,
}: Pick<Deps, 'config' | 'store'>): Promise<SyslogStatus | undefined> {
  const { auditSyslog } = config;
  if (!auditSyslog) return undefined;
  const progress = await readProgress(store.db);
  const { sentAt, failingSince, error, retryAt, missed } = progress ?? unstarted;
  const [oldest] = progress ? await listSealedEntries(store.db, progress.seq, 1) : [];
  const head = oldest && (await findChainHead(store.db));
  return {
    ...{ receiver: auditSyslog.url, confirmed: auditSyslog.protocol !== 'udp' },
    ...{ sentAt, failingSince, error, retryAt, missed },
    waiting: oldest && head ? head.seq - oldest.seq + 1 : 0,
    oldestAt: oldest?.at ?? null,
  };
}

/** Sends a test message to the receiver now. Returns whether that worked, as a sentence too. @throws NotFound if there is no receiver */
export async function sendTestMessage(deps: Deps): Promise<{ sent: boolean; sentence: string }> {
  const { auditSyslog: receiver } = deps.config;
  if (!receiver) throw new NotFound('There is no receiver: AUDIT_SYSLOG is not set.');
  const { maxBytes, ...sender } = senderOf(deps, receiver);
  const head = { ...sender, severity: 'informational' as const, at: deps.now(), messageId: 'audit.test', params: {} };
  const text = asciiJson({ action: 'audit.test', message: 'This is a test message from Anteroom.' });
  const message = syslogMessage(head, maxBytes, () => text);
  const signal = AbortSignal.any([AbortSignal.timeout(TEST_TIMEOUT_MS), deps.background.stopping]);
  return sendMessages(receiver, [message], signal).then(
    () => ({ sent: true, sentence: sentences[receiver.protocol] }),
    (error: unknown) => ({ sent: false, sentence: `The test message was not sent. ${sendingFault(error)}` }),
  );
}
