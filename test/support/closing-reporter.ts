/**
 * Prints the skipped tests with their reasons at the end of a run, and one line of totals: `N passed, N failed, N
 * skipped`.
 */
import type { Reporter, SerializedError, TestCase, TestModule, Vitest } from 'vitest/node';

const namesMax = 3;

export class ClosingReporter implements Reporter {
  #vitest: Vitest | null = null;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    const { testNamePattern: pattern, tagsFilter = [] } = this.#vitest?.config ?? {};
    const tests = modules
      .flatMap((module) => [...module.children.allTests()])
      .filter((test) => isChosen(test.tags, tagsFilter))
      .filter((test) => pattern === undefined || pattern.test(test.fullName.replaceAll(' > ', ' ')));
    const lines = closingLines(tests.map(outcomeOf), modules.filter(failedAsAWhole).length + errors.length);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
}

/** Whether a test with these tags runs. A filter is `tag` or `!tag`; an expression of several chooses every test. */
export function isChosen(tags: readonly string[], filters: readonly string[]): boolean {
  return filters.every((filter) => {
    const [, not, tag = ''] = /^(!?)(\w+)$/.exec(filter) ?? [];
    return tag === '' || tags.includes(tag) === (not === '');
  });
}

export interface Outcome {
  /** The test's name, with the names of its groups. */
  name: string;
  file: string;
  state: 'passed' | 'failed' | 'skipped' | 'pending';
  note: string | undefined;
}

function outcomeOf(test: TestCase): Outcome {
  const result = test.result();
  const note = result.state === 'skipped' ? result.note : undefined;
  return { name: test.fullName, file: test.module.relativeModuleId, state: result.state, note };
}

/** Whether not even the tests of a file could be collected. */
function failedAsAWhole(module: TestModule): boolean {
  return module.state() === 'failed' && [...module.children.allTests('failed')].length === 0;
}

/** `others`: failures outside of tests, such as a file that could not be loaded. */
export function closingLines(outcomes: readonly Outcome[], others: number): string[] {
  const count = (state: Outcome['state']) => outcomes.filter((outcome) => outcome.state === state).length;
  const skipped = outcomes.filter(({ state }) => state === 'skipped');
  const reasons = new Map<string, Outcome[]>();
  for (const outcome of skipped) {
    const reason = reasonOf(outcome);
    reasons.set(reason, [...(reasons.get(reason) ?? []), outcome]);
  }
  return [
    ...(skipped.length === 0 ? [] : ['Skipped, by reason:']),
    ...[...reasons].map(([reason, group]) => `  ${reason}: ${namesOf(group)}`),
    `${count('passed')} passed, ${count('failed') + others} failed, ${skipped.length} skipped`,
  ];
}

/**
 * The note of a test that skipped itself; otherwise the text in brackets of its title: `(skipped: …)` or `(needs …)`.
 */
function reasonOf({ name, note }: Outcome): string {
  if (note !== undefined && note !== '') return note;
  for (const title of name.split(' > ')) {
    const [, skipped, needs] = /\((?:skipped: (.+)|(needs .+))\)/.exec(title) ?? [];
    const reason = skipped ?? needs;
    if (reason !== undefined) return reason;
  }
  return 'no reason given';
}

function namesOf(group: readonly Outcome[]): string {
  const named = group.slice(0, namesMax).map(({ file, name }) => `${file} > ${name}`);
  const more = group.length - named.length;
  return [...named, ...(more > 0 ? [`${more} more`] : [])].join('; ');
}
