/**
 * Threads (shared/runtime/threads): what a process does with its threads: here it ends one, and itself if one cannot be
 * ended; wire-error.ts carries errors between them. What the threads do belongs to the rooms that start them.
 */
import type { Worker } from 'node:worker_threads';

/** Threads that were told to end and have not ended. */
const ending = new Set<Worker>();

/** Ends a thread; resolves when it has ended, which is never if it is in a built-in function that does not return. */
export async function endThread(worker: Worker): Promise<void> {
  ending.add(worker);
  try {
    await worker.terminate();
  } finally {
    ending.delete(worker);
  }
}

/**
 * Ends this process at once, with its exit code. Node waits for every thread when it exits, so with one that does not end
 * the process would stay for ever, and no service manager would start it again: then it is killed instead.
 */
export function endProcess(): void {
  if (ending.size > 0) process.kill(process.pid, 'SIGKILL');
  process.exit();
}
