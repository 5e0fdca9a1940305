/**
 * How Node is started for a gateway; gateway/docs/memory.md says what each setting saves and costs. The
 * service file has the same settings, which a test compares. A gateway also runs without them, with more
 * memory.
 */
export const gatewayNode = {
  /** Arguments before the script. */
  args: [
    '--max-semi-space-size=2',
    '--no-parallel-scavenge',
    '--no-short-builtin-calls',
    '--optimize-for-size',
  ],
  env: { MALLOC_ARENA_MAX: '2', MALLOC_TRIM_THRESHOLD_: '131072', MALLOC_MMAP_THRESHOLD_: '65536' },
} as const;
