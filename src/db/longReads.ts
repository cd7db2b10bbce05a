import { setImmediate } from 'node:timers/promises';
import { AppError } from '../errors.ts';

const MOST_AT_ONCE = 50;

/** Reads one part of a long read. */
export type Slice = <T>(part: () => Promise<T>) => Promise<T>;

/** Runs each part in the next turn of the event loop, so that others are served in between. */
export const inNextTurn: Slice = async (part) => {
  await setImmediate();
  return part();
};

/** Runs a read that is too long for one turn of the event loop. @throws AppError 429 if too many are under way */
export type LongReads = <T>(read: (slice: Slice) => Promise<T>) => Promise<T>;

/**
 * Returns the one place of a store where long reads run. SQLite reads on the event loop: each slice has a turn of its own, and the
 * slices of all long reads alternate, so that any other request waits for one slice at most.
 */
export function openLongReads(): LongReads {
  let running = 0;
  let last: Promise<unknown> = Promise.resolve();
  const slice: Slice = (part) => {
    const result = last.then(() => inNextTurn(part));
    last = result.catch(() => {});
    return result;
  };
  return async (read) => {
    if (running >= MOST_AT_ONCE)
      throw new AppError(429, 'Too many long searches are running at the same time. Try again in a few seconds.');
    running += 1;
    try {
      return await read(slice);
    } finally {
      running -= 1;
    }
  };
}
