interface Waiter {
  isThere(): boolean;
  resolve(): void;
}

/** Those who wait for something to become true that others bring about, or for their signal. */
export class Waiters {
  private readonly waiting = new Set<Waiter>();

  /** Resolves when `isThere()` is found true, now or at a wake, or when `signal` aborts. */
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
