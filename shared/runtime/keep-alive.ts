const longestMs = 2 ** 31 - 1;

/**
 * Keeps the process from ending by itself, until the function it returns is called: the timers of `systemClock` do not,
 * and Node ends a process that waits for nothing else without a word (exit code 13).
 */
export function keepAlive(): () => void {
  const handle = setInterval(() => {}, longestMs);
  return () => clearInterval(handle);
}
