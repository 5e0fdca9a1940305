const longestMs = 2 ** 31 - 1;

/**
 * Keeps the process running until the returned function is called. The timers of `systemClock` do not, and Node
 * silently ends a process that waits for nothing else (exit code 13).
 */
export function keepAlive(): () => void {
  const handle = setInterval(() => {}, longestMs);
  return () => clearInterval(handle);
}
