/** Work that takes real time and no simulated time, such as loading a module. */
const underWay = new Set<Promise<unknown>>();

/** Lets simulated time wait for work that needs none of it to end. */
export function inRealTime<T>(work: Promise<T>): Promise<T> {
  const done = () => underWay.delete(work);
  underWay.add(work);
  work.then(done, done);
  return work;
}

/**
 * Resolves when everything that was begun in real time is done: gateways keep small files of their own and load parts when they start,
 * and how long that takes must change nothing.
 */
export async function filesSettled(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (
    underWay.size > 0 ||
    process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name === 'CloseReq')
  );
}
