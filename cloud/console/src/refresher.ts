const retryMs = 5_000;

/**
 * Does `work` (which shows its own failure, and throws) once for each new `key` it is called with, one at a time, and
 * again some seconds after it failed. Called often; a key that comes while it works is taken up by the next call.
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
