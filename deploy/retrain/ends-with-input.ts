/**
 * Ends this process as a stop signal would, when whoever has started it is gone: a cloud has its child end with its input, which is
 * closed when the cloud has ended, however it did.
 */
export function endWithInput(env: NodeJS.ProcessEnv = process.env): void {
  if (env.HARBINGER_ENDS_WITH_INPUT === undefined) return;
  process.stdin.on('end', () => process.kill(process.pid, 'SIGTERM')).on('error', () => {});
  process.stdin.resume();
  // It alone keeps no process alive.
  process.stdin.unref?.();
}
