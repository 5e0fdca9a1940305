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
  'models/main',
];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification) => {
      const at = longest.findIndex((part) => moduleId.includes(part));
      return at < 0 ? longest.length : at;
    };
    const sorted = await super.sort(files);
    return sorted.sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  test: {
    root: fileURLToPath(new URL('..', import.meta.url)),
    include: ['**/*.test.ts'],
    exclude: ['dist/**', '.cache/**', 'node_modules/**'],
    // Generous, because these limits only end what hangs: a busy machine must fail no test.
    testTimeout: 240_000,
    hookTimeout: 300_000,
    expect: { poll: { timeout: 120_000 } },
    pool: 'forks',
    // One more than most have cores: integration tests wait for other processes most of the time.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    reporters: ['default', new ClosingReporter()],
  },
});
