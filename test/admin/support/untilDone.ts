import type { Client, Reply } from '../../support/client.ts';

/** Follows an answer to the page of a job, and reads it again until the job is over. */
export async function untilDone(client: Client, answer: Reply): Promise<Reply> {
  let page = await client.follow(answer);
  while (page.text.includes('data-refresh')) page = await client.follow(answer);
  return page;
}
