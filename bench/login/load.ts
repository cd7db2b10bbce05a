import { Agent, type IncomingMessage, request } from 'node:http';

/** Where to deliver answers, and what is sent beside them. */
export type Target = { acsUrl: string; relayState: string };

/**
 * Logs in so many times, `atOnce` at a time over connections that stay open: POST of the answer, then GET of the page that it leads to,
 * with the cookies that it set. Throws where a login does not end in a page with `expected` in it. Gives the logins a second.
 */
export async function logIn(target: Target, answers: string[], expected: string, atOnce: number): Promise<number> {
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  const bodies = answers.map((answer) =>
    new URLSearchParams({ SAMLResponse: answer, RelayState: target.relayState }).toString(),
  );
  let next = 0;
  const start = process.hrtime.bigint();
  const worker = async () => {
    for (let at = next++; at < bodies.length; at = next++) await logInOnce(agent, target, bodies[at] ?? '', expected);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const seconds = Number(process.hrtime.bigint() - start) / 1e9;
  agent.destroy();
  return answers.length / seconds;
}

async function logInOnce(agent: Agent, { acsUrl }: Target, body: string, expected: string): Promise<void> {
  const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
  const answer = await exchange(agent, acsUrl, 'POST', headers, body);
  const location = answer.message.headers.location;
  if (location === undefined)
    throw new Error(`no redirect but ${answer.message.statusCode}: ${answer.text.slice(0, 300)}`);
  const cookie = (answer.message.headers['set-cookie'] ?? []).map((line) => line.split(';')[0]).join('; ');
  const page = await exchange(agent, new URL(location, acsUrl).href, 'GET', { cookie });
  if (page.message.statusCode !== 200 || !page.text.includes(expected)) {
    throw new Error(
      `not logged in: ${page.message.statusCode} ${page.message.headers.location} ${page.text.slice(0, 300)}`,
    );
  }
}

function exchange(agent: Agent, url: string, method: string, headers: Record<string, string | number>, body?: string) {
  return new Promise<{ message: IncomingMessage; text: string }>((resolve, reject) => {
    const sent = request(url, { agent, method, headers }, (message) => {
      const chunks: Buffer[] = [];
      message.on('data', (chunk: Buffer) => chunks.push(chunk));
      message.on('end', () => resolve({ message, text: Buffer.concat(chunks).toString() }));
      message.on('error', reject);
    });
    sent.on('error', reject);
    sent.end(body);
  });
}
