import { explain } from '../federation/reasons.ts';
import { exportedAttempts } from '../login/activityExport.ts';
import { outcomeNames, startedText } from '../login/activityNames.ts';
import { checksOf } from '../saml/checkResults.ts';
import { findMessages, type KeptMessages } from '../saml/messages/keep.ts';
import { type MessageView, messageView, type ShownMessage } from '../saml/messages/view.ts';
import { elapsedText } from '../saml/verify/clock.ts';
import { findLoginActivity, type LoginActivity, type ShownCheck } from '../store/loginActivity.ts';
import { type Call, type Output, Refused } from './command.ts';
import { list, printable, table } from './print.ts';

const REFERENCE = /^[0-9A-Z]{4}-[0-9A-Z]{4}$/i;

/** Prints an attempt with its checks, what each of them read, and its messages. */
export async function showAttempt({ deps }: Call, key: string): Promise<Output> {
  const attempt = await findLoginActivity(deps.store.db, REFERENCE.test(key) ? key.toUpperCase() : key);
  const [facts] = attempt ? await exportedAttempts(deps, [attempt]) : [];
  if (!attempt || !facts) throw new Refused(`There is no login attempt ${key}.`);
  const checks = checksOf(attempt);
  const kept = await findMessages(deps, attempt.id);
  const view = kept && messageView(kept, checks);
  const { arrived, providerStatus } = attempt.detail;
  const { title, advice } = explain(attempt.reason ?? '', facts.idp ?? undefined, causeOf(checks));
  const placesOf = (name: string) => view?.links.get(name)?.map(({ text }) => text) ?? [];
  return {
    json: {
      ...facts,
      ...(attempt.reason === null ? {} : { title, advice }),
      checks: checks.map((check) => ({ ...check, read: placesOf(check.name) })),
      providerStatus: providerStatus ?? null,
      arrived: arrived ?? null,
      messages: messagesOf(kept),
    },
    text: [
      list(factsOf(attempt, facts)),
      ...(attempt.reason === null ? [] : [`${outcomeNames[attempt.outcome] ?? attempt.outcome}: ${title}. ${advice}`]),
      ...(checks.length === 0 ? [] : [table(checkRows(checks, placesOf), '')]),
      ...(view ? messageTexts(view) : []),
    ].join('\n\n'),
  };
}

function causeOf(checks: ShownCheck[]): string | undefined {
  return checks.find(({ result }) => result === 'refused')?.cause;
}

function messagesOf(kept: KeptMessages | undefined) {
  return kept
    ? { request: kept.request ?? null, response: kept.response ?? null, unreadable: kept.unreadable ?? null }
    : null;
}

function factsOf({ detail, flow }: LoginActivity, facts: Record<string, unknown>): [string, string][] {
  const { waitedMs, tookMs } = detail;
  const durations = [
    ...(waitedMs === undefined ? [] : [`${elapsedText(waitedMs)} at the provider`]),
    ...(tookMs === undefined ? [] : [`${elapsedText(tookMs)} here`]),
  ];
  const entries: [string, unknown][] = [
    ['Time', facts.at],
    ['Outcome', outcomeNames[String(facts.outcome)] ?? facts.outcome],
    ['Reason', facts.reason],
    ['Reference', facts.reference],
    ['Name received', facts.asserted],
    ['Person', facts.matched],
    ['Provider', facts.idp],
    ['Domain', facts.domain],
    ['Started', startedText({ flow, detail })],
    ['Problem', detail.problem],
    ['Duration', durations.join(', ')],
    ['IP address', facts.network],
    ['Browser', facts.userAgent],
  ];
  return entries.flatMap(([name, value]) => (value ? [[name, String(value)]] : []));
}

function checkRows(checks: ShownCheck[], placesOf: (name: string) => string[]) {
  return checks.map(({ name, result, detail, expected, received }) => {
    const difference = expected === undefined ? undefined : `expected ${expected}, received ${received ?? 'none'}`;
    const text = [difference, detail].filter((part) => part !== undefined).join('; ');
    return { CHECK: name, RESULT: result.replace('_', ' '), DETAIL: text, READ: placesOf(name).join(', ') };
  });
}

/** Returns the messages with the checks behind what they read: `Destination="https://…" [Destination]`. */
function messageTexts({ messages, unreadable }: MessageView): string[] {
  const broken = unreadable && `SAML response, not readable from line ${unreadable.line}, column ${unreadable.column}`;
  return [
    ...(unreadable ? [`${broken}:\n${printable(unreadable.before)} >>> ${printable(unreadable.after)}`] : []),
    ...messages.map((message) => `${message.title}:\n${message.lines.map(lineText).join('\n')}`),
  ];
}

function lineText({ depth, pieces }: ShownMessage['lines'][number]): string {
  const text = pieces.map((piece) => {
    const names = piece.readings.map(({ name, isMissing }) => (isMissing ? `${name} is missing here` : name));
    return printable(piece.text) + (names.length > 0 ? ` [${names.join(', ')}]` : '');
  });
  return '  '.repeat(depth) + text.join('');
}
