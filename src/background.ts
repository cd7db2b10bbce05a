import { setTimeout } from 'node:timers/promises';

/** Work that outlives its request, such as writing log rows. The server finishes it before it closes the database. */
export type Background = {
  /** Aborted once the server has been told to stop: readiness is red, and no new work starts. */
  readonly stopping: AbortSignal;
  stop(): void;
  /** Adds work that handles its own errors. */
  add(work: Promise<unknown>): void;
  /** Runs work that handles its own errors again and again, with a pause after each time, until the server stops. */
  repeat(pauseMs: number, work: () => Promise<unknown>): void;
  /** Settles when all work is done, including work that was added meanwhile. */
  finished(): Promise<void>;
};

/** Opens the background of a process, without work. */
export function openBackground(): Background {
  const controller = new AbortController();
  const open = new Set<Promise<unknown>>();
  const add = (work: Promise<unknown>): void => {
    const tracked = work.finally(() => open.delete(tracked));
    open.add(tracked);
  };
  const repeat = async (pauseMs: number, work: () => Promise<unknown>): Promise<void> => {
    while (await pause(pauseMs, controller.signal)) {
      const running = work();
      add(running);
      await running;
    }
  };
  return {
    stopping: controller.signal,
    stop: () => controller.abort(),
    add,
    repeat: (pauseMs, work) => void repeat(pauseMs, work),
    async finished() {
      while (open.size > 0) await Promise.all(open);
    },
  };
}

/** Waits some time. Returns false as soon as the signal is aborted. */
function pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
  return setTimeout(milliseconds, true, { signal, ref: false }).catch(() => false);
}
