import { HarbingerError } from '../runtime/errors.ts';

/** A problem of a configuration, found before anything is opened. */
export interface ConfigProblem {
  /** A stable code for programs, e.g. `CONFIG_INVALID`. */
  code: string;
  /**
   * The setting, e.g. `broker.users[2].name`, under which the files are searched for it; empty if it concerns no single
   * setting.
   */
  key: string;
  /** A sentence that names the setting, what is wrong with it and what to do. */
  message: string;
  /** The file that sets it, or `command line`. */
  file?: string;
  /** Counted from 1. */
  line?: number;
  /** A second setting that has a part in it. Its place is given where only this one is set. */
  otherKey?: string;
  /** The setting can be used, and probably does not do what is meant. */
  isWarning?: true;
}

/** Creates a problem with `key` that the schema cannot express. */
export function invalid(key: string, message: string): ConfigProblem {
  return { code: 'CONFIG_INVALID', key, message };
}

/** Creates a warning about `key`: nothing is refused because of it. */
export function doubtful(key: string, message: string): ConfigProblem {
  return { ...invalid(key, message), isWarning: true };
}

/** Runs `work` and returns what it throws as a problem with `key`. For checks that are part of building something. */
export function problemsIn(key: string, work: () => unknown): ConfigProblem[] {
  try {
    work();
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return [...error.problems];
    if (error instanceof HarbingerError) return [{ code: error.code, key, message: error.message }];
    throw error;
  }
}

/** Like `problemsIn`, for work that does not know which setting it is about: each message begins with `key`. */
export function namedProblemsIn(key: string, work: () => unknown): ConfigProblem[] {
  return problemsIn(key, work).map((problem) => ({ ...problem, message: `${key}: ${problem.message}` }));
}

/** @throws ConfigError if there are any problems beside warnings */
export function refuse(found: readonly ConfigProblem[]): void {
  const problems = found.filter(({ isWarning }) => !isWarning);
  if (problems.length > 0) throw new ConfigError(problems);
}

/** Formats a problem as `FILE:LINE: sentence`, which editors and terminals recognise. */
export function describeProblem({ file, line, message }: ConfigProblem): string {
  if (file === undefined) return message;
  return `${file}${line === undefined ? '' : `:${line}`}: ${message}`;
}

/** All problems of a configuration. Its code is that of the problems if they share one. */
export class ConfigError extends HarbingerError {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const codes = new Set(problems.map(({ code }) => code));
    const [code] = codes;
    const lines = problems.map(describeProblem);
    super(
      codes.size === 1 && code !== undefined ? code : 'CONFIG_INVALID',
      'config',
      lines.length === 1
        ? lines[0]!
        : `the configuration has ${lines.length} problems:\n  ${lines.join('\n  ')}`,
    );
    this.problems = problems;
  }
}
