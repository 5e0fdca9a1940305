import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { ClosingReporter } from './support/closing-reporter.ts';

/** Tests that take longest and mostly wait start first, so that nothing is waited for at the end. */
const longest = [
  'test/integration/usage/demonstration',
  'test/chaos/',
  'test/integration/',
  'deploy/cli/',
  'test/simulation/mutations',
  'models/main',
];

/** Tests of the compiled product, with real servers and a browser. `.ci/run` leaves them out on other versions of Node. */
const product = ['test/integration/**/*.test.ts', 'test/chaos/**/*.test.ts', 'test/e2e/**/*.test.ts'];

/**
 * Other tests that get a process of their own each: they start processes, change their own (working folder, environment,
 * exit code), or measure its memory or its work.
 */
const alone = [
  'test/fuzz/**/*.test.ts',
  'test/modbus/**/*.test.ts',
  'test/growth/**/*.test.ts',
  'test/support/**/*.test.ts',
  'deploy/**/*.test.ts',
  'cloud/api/stream.test.ts',
  'gateway/decode/fast-json/growth.test.ts',
  'test/conformance/formats/**/*.test.ts',
  'test/conformance/stores/embedded-sql-memory.test.ts',
];

/** Sorts by duration, and keeps together what shares a process: Vitest ends the process before any other test. */
class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project }: TestSpecification) => {
      const at = longest.findIndex((part) => moduleId.includes(part));
      return (project.config.isolate ? 0 : longest.length + 1) + (at < 0 ? longest.length : at);
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

const outside = ['dist/**', '.cache/**', 'node_modules/**'];

export default defineConfig({
  test: {
    projects: [
      // These come first, and more at a time: they wait for their processes most of the time, and the others for a core.
      {
        extends: true,
        test: {
          name: 'product',
          include: product,
          exclude: outside,
          maxWorkers: 5,
          sequence: { groupOrder: 0 },
        },
      },
      {
        extends: true,
        test: { name: 'alone', include: alone, exclude: outside, sequence: { groupOrder: 1 } },
      },
      // All others share processes, so that each module is loaded once and not once for each test file.
      {
        extends: true,
        test: {
          name: 'together',
          include: ['**/*.test.ts'],
          exclude: [...outside, ...product, ...alone],
          isolate: false,
          sequence: { groupOrder: 1 },
        },
      },
    ],
    tags: [
      {
        name: 'long',
        description:
          'proves a promise at its full size, and costs more than about four CPU seconds: npm run test:long',
      },
    ],
    root: fileURLToPath(new URL('..', import.meta.url)),
    // Generous, because these limits only end what hangs: a busy machine must fail no test.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'forks',
    // One more than most have cores: some tests wait.
    maxWorkers: 3,
    setupFiles: [fileURLToPath(new URL('./fast-modules.ts', import.meta.url))],
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new ClosingReporter()],
  },
});
