interface Waiter {
  isThere(): boolean;
  resolve(): void;
}

/** Callers that wait for a condition, or for their signal. The code that changes the condition wakes them. */
export class Waiters {
  private readonly waiting = new Set<Waiter>();

  /** Resolves when `isThere()` returns true, now or at a wake, or when `signal` aborts. */
  until(isThere: () => boolean, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted || isThere()) return resolve();
      const waiter: Waiter = {
        isThere,
        resolve: () => {
          this.waiting.delete(waiter);
          signal.removeEventListener('abort', waiter.resolve);
          resolve();
        },
      };
      this.waiting.add(waiter);
      signal.addEventListener('abort', waiter.resolve, { once: true });
    });
  }

  wake(): void {
    for (const waiter of this.waiting) if (waiter.isThere()) waiter.resolve();
  }
}
