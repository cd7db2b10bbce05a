import { requestBytes, wireSpeed } from '../wire.ts';

/** Where to deliver answers, and what is sent beside them. */
export type Target = { acsUrl: string; relayState: string };

/**
 * Logs in so many times, `atOnce` at a time: POST of the answer, then GET of the page that it leads to, with the cookies that it set.
 * Throws where a login does not end in a page with `expected` in it. Gives the logins a second.
 */
export async function logIn(target: Target, answers: string[], expected: string, atOnce: number): Promise<number> {
  const acs = new URL(target.acsUrl);
  const posts = answers.map((answer) => {
    const data = new URLSearchParams({ SAMLResponse: answer, RelayState: target.relayState }).toString();
    return requestBytes('POST', acs, {}, { type: 'application/x-www-form-urlencoded', data });
  });
  const { aSecond } = await wireSpeed(target.acsUrl, { times: posts.length }, atOnce, async (exchange, index) => {
    const answer = await exchange(posts[index] ?? Buffer.alloc(0));
    const location = /^location: (.+)$/im.exec(answer.head)?.[1];
    if (location === undefined) throw new Error(`no redirect but ${answer.head} ${answer.body}`);
    const cookies = [...answer.head.matchAll(/^set-cookie: ([^;\r]+)/gim)].map(([, cookie]) => cookie).join('; ');
    const page = await exchange(requestBytes('GET', new URL(location, acs), { Cookie: cookies }, undefined));
    if (page.status !== 200 || !page.body.includes(expected))
      throw new Error(`not logged in: ${page.head} ${page.body}`);
  });
  return aSecond;
}
