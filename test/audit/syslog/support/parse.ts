/** A message of syslog as a receiver reads it. */
export type Parsed = {
  facility: number;
  severity: number;
  at: string;
  host: string;
  app: string;
  processId: string;
  messageId: string;
  structure: { id: string; params: Record<string, string> }[];
  text: string;
};

const NAME = '[!#-<>-\\\\^-~]{1,32}'; // SD-NAME: no =, ], " or space
const PARAM = new RegExp(`^ (${NAME})="((?:[^"\\\\\\]]|\\\\["\\\\\\]])*)"`, 'u');

/** Reads a message strictly by the grammar of RFC 5424 6, and nothing else. Throws an error that names the part that is wrong. */
export function parseSyslog(message: Buffer): Parsed {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(message);
  const header =
    /^<(0|[1-9]\d{0,2})>([1-9]\d{0,2}) (\S+) ([!-~]{1,255}) ([!-~]{1,48}) ([!-~]{1,128}) ([!-~]{1,32}) /.exec(text);
  if (!header) throw new Error(`header: ${text}`);
  const [whole, priority, version, at = '', host = '', app = '', processId = '', messageId = ''] = header;
  if (Number(priority) > 191) throw new Error(`PRI: ${priority}`);
  if (version !== '1') throw new Error(`VERSION: ${version}`);
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(at)) throw new Error(`TIMESTAMP: ${at}`);
  const { structure, rest } = readStructure(text.slice(whole.length));
  if (!/^ ($|\ufeff|[ -~]*$)/.test(rest))
    throw new Error(`MSG is neither ASCII nor starts with a byte order mark: ${rest}`);
  const [facility, severity] = [Math.floor(Number(priority) / 8), Number(priority) % 8];
  return {
    facility,
    severity,
    at,
    host,
    app,
    processId,
    messageId,
    structure,
    text: rest.slice(1).replace(/^\ufeff/, ''),
  };
}

function readStructure(text: string): { structure: Parsed['structure']; rest: string } {
  if (text.startsWith('-')) return { structure: [], rest: text.slice(1) };
  const structure: Parsed['structure'] = [];
  let rest = text;
  for (let start = element(rest); start; start = element(rest)) {
    rest = rest.slice(start[0].length);
    const params: Record<string, string> = {};
    for (let param = PARAM.exec(rest); param; param = PARAM.exec(rest)) {
      const [whole, name = '', value = ''] = param;
      params[name] = value.replace(/\\(["\\\]])/g, '$1');
      rest = rest.slice(whole.length);
    }
    if (!rest.startsWith(']')) throw new Error(`SD-ELEMENT: ${rest}`);
    rest = rest.slice(1);
    structure.push({ id: start[1] ?? '', params });
  }
  if (structure.length === 0) throw new Error(`STRUCTURED-DATA: ${rest}`);
  return { structure, rest };
}

function element(text: string): RegExpExecArray | null {
  return new RegExp(`^\\[(${NAME})`).exec(text);
}

/** Reads messages with their octets counted (RFC 6587 3.4.1), and what is left of an incomplete one. */
export function readFrames(stream: Buffer): { messages: Buffer[]; rest: Buffer } {
  const messages: Buffer[] = [];
  let rest = stream;
  for (;;) {
    const space = rest.indexOf(' ');
    const count = rest.subarray(0, Math.max(space, 0)).toString();
    if (space > 0 && !/^[1-9]\d*$/.test(count)) throw new Error(`MSG-LEN: ${count}`);
    if (space < 1 || rest.length < space + 1 + Number(count)) return { messages, rest };
    messages.push(rest.subarray(space + 1, space + 1 + Number(count)));
    rest = rest.subarray(space + 1 + Number(count));
  }
}
