import type { Clock } from '../clock.ts';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import { endProcess } from './end-thread.ts';

/** For so long a process may stop in order; then it ends at once. */
const stopMsMax = 30_000;
/** Further ones are the same mistake again. */
const saidMax = 10;
const failedCode = 1;

/** The part of `process` that is needed here. */
type Emitter = Pick<NodeJS.Process, 'on' | 'off' | 'exitCode'>;

export interface UnhandledDeps {
  clock: Clock;
  log: Log;
  /** Has the process stop in order, with what failed. */
  fail(error: Error): void;
  /** Default: this process, which it ends. */
  of?: Emitter;
  end?(): void;
}

/**
 * Watches for errors that nobody handles, which are mistakes of the product. Where a promise was rejected, the process is sound but for
 * what should have followed: it says what failed and stops in order, and whoever supervises it starts it again. Where an error was
 * thrown, something was left half done in memory: Node ends the process at once, as a kill would, and the log has it before. Returns a
 * function that ends the watch.
 */
export function watchUnhandled({
  clock,
  log,
  fail,
  of = process,
  end = endProcess,
}: UnhandledDeps): () => void {
  let count = 0;
  const say = (error: Error, then: string) => {
    const { stack } = error;
    log.fatal(
      { cause: messageOf(error), stack },
      `an error that nothing handles: the process ${then}; report it`,
    );
  };
  const rejected = (reason: unknown) => {
    const error = reason instanceof Error ? reason : new Error(messageOf(reason));
    count += 1;
    if (count <= saidMax) say(error, 'stops in order, and has to be started again');
    if (count > 1) return;
    of.exitCode = failedCode;
    clock.setTimer(stopMsMax, end);
    fail(error);
  };
  const thrown = (error: Error) => say(error, 'ends at once, and has to be started again');
  of.on('unhandledRejection', rejected);
  of.on('uncaughtExceptionMonitor', thrown);
  return () => {
    of.off('unhandledRejection', rejected);
    of.off('uncaughtExceptionMonitor', thrown);
  };
}
