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

const oldestNode = { major: 20, minor: 19 } as const;

/**
 * Why this Node will not do, or null. The built tool may be started by another one than `npm` is, such as Debian's own by
 * a service. @param version as in `process.versions.node`
 */
export function nodeProblem(version: string): string | null {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const { major: wanted, minor: wantedMinor } = oldestNode;
  if (major > wanted || (major === wanted && minor >= wantedMinor)) return null;
  return `this is Node ${version}, and Node ${wanted}.${wantedMinor} or newer is needed (22 and 24 too); README.md says under "A Node that fits" how to get one`;
}
