const retryMs = 5_000;

/**
 * Returns a function that runs `work` once for each new `key` it is called with, one run at a time, and retries some
 * seconds after a failure. `work` shows its own failure and throws. The function is called often: a key that arrives
 * during a run is taken up by the next call.
 */
export function refresher(work: () => Promise<void>): (key: unknown) => void {
  const never = Symbol('never');
  let doneFor: unknown = never;
  let working = false;
  let notBefore = Number.NEGATIVE_INFINITY;
  return (key) => {
    if (working || key === doneFor || performance.now() < notBefore) return;
    working = true;
    work()
      .then(
        () => {
          doneFor = key;
        },
        () => {
          notBefore = performance.now() + retryMs;
        },
      )
      .finally(() => {
        working = false;
      });
  };
}
