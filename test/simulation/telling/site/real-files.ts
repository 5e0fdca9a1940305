/**
 * Resolves when every file operation that was begun in real time is done: gateways keep small files of their own, whose writing takes
 * no simulated time.
 */
export async function filesSettled(): Promise<void> {
  do await new Promise((resolve) => setImmediate(resolve));
  while (process.getActiveResourcesInfo().some((name) => name.startsWith('FSReq') || name === 'CloseReq'));
}
