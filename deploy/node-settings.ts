/**
 * How Node is started for a gateway: gateway/docs/memory.md says what each setting saves and costs. The service file says
 * the same (a test compares them). A gateway runs without them too, in more memory.
 */
export const gatewayNode = {
  /** In front of the script. */
  args: ['--max-semi-space-size=4', '--no-parallel-scavenge'],
  env: { MALLOC_ARENA_MAX: '2' },
} as const;
