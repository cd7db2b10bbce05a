/** Work that outlives its request, such as writing log rows. The server finishes it before it closes the database. */
export type Background = {
  /** Aborted once the server has been told to stop: readiness is red, and no new work starts. */
  readonly stopping: AbortSignal;
  stop(): void;
  /** Adds work that handles its own errors. */
  add(work: Promise<void>): void;
  /** Settles when all work is done, including work that was added meanwhile. */
  finished(): Promise<void>;
};

/** Opens the background of a process, without work. */
export function openBackground(): Background {
  const controller = new AbortController();
  const open = new Set<Promise<void>>();
  return {
    stopping: controller.signal,
    stop: () => controller.abort(),
    add(work) {
      const tracked = work.finally(() => open.delete(tracked));
      open.add(tracked);
    },
    async finished() {
      while (open.size > 0) await Promise.all(open);
    },
  };
}
