/** The severities that are used (RFC 5424 6.2.1). */
export const severities = { notice: 5, informational: 6 } as const;

/** What is in front of the text of a message. `params` without a value are left out. */
export type SyslogHead = {
  facility: number;
  severity: keyof typeof severities;
  at: number; // epoch milliseconds
  host: string;
  processId: number;
  messageId: string;
  params: Record<string, string | number | null>;
};

/** 32473 is the number for examples (RFC 5612 2): Anteroom has no enterprise number of its own. docs/audit.md tells receivers. */
const STRUCTURE = 'anteroom@32473';

/** Characters that end a line, hide text or change its direction: they must not reach the log of a receiver. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * Returns a message of syslog (RFC 5424 6), as it is sent, without framing.
 * @param text writes the text in ASCII, in as many bytes as are left
 */
export function syslogMessage(head: SyslogHead, maxBytes: number, text: (room: number) => string): Buffer {
  const start = `${headerOf(head)} ${structureOf(head)} `;
  return Buffer.from(start + text(maxBytes - Buffer.byteLength(start)));
}

/**
 * Returns a value in JSON, in visible ASCII on one line. In UTF-8, the text of a message would have to begin with a byte order mark (RFC 5424
 * 6.4), which rsyslog and others leave in place, so that what follows is not JSON for them.
 */
export function asciiJson(value: unknown): string {
  return inAscii(JSON.stringify(value));
}

/** Returns how many bytes JSON has once it is in ASCII. */
export function bytesInAscii(json: string): number {
  return inAscii(json).length;
}

/** Returns the beginning of a text that has at most so many bytes, both in JSON and as the value of a parameter. */
export function shortened(text: string, maxBytes: number): string {
  let [kept, left] = ['', maxBytes - '""'.length];
  for (const character of text.toWellFormed()) {
    left -= Math.max(asciiJson(character).length - '""'.length, Buffer.byteLength(parameterValue(character)));
    if (left < 0) break;
    kept += character;
  }
  return kept;
}

function inAscii(json: string): string {
  return json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function headerOf({ facility, severity, at, host, processId, messageId }: SyslogHead): string {
  const priority = facility * 8 + severities[severity];
  return `<${priority}>1 ${new Date(at).toISOString()} ${host} anteroom ${processId} ${messageId}`;
}

function structureOf({ params }: SyslogHead): string {
  const written = Object.entries(params).flatMap(([name, value]) =>
    value === null ? [] : [` ${name}="${parameterValue(String(value))}"`],
  );
  return `[${STRUCTURE}${written.join('')}]`;
}

/** RFC 5424 6.3.3: quotes, backslashes and closing brackets are escaped. */
function parameterValue(text: string): string {
  return text
    .toWellFormed()
    .replace(UNPRINTABLE, '\ufffd')
    .replace(/["\\\]]/g, '\\$&');
}
