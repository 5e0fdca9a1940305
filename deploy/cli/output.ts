import { ConfigError, describeProblem } from '../../shared/config/problem.ts';
import { codeOf, HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { exitCodeOf, exitCodes } from './exit-codes.ts';

/**
 * Prints one sentence to stderr, or one per problem of a configuration, never a stack trace; returns the exit
 * code.
 */
export function reportError(error: unknown): number {
  if (error instanceof ConfigError && error.problems.length > 1) {
    const lines = error.problems.map((problem) => `  ${describeProblem(problem)} [${problem.code}]\n`);
    process.stderr.write(`harbinger: the configuration has ${lines.length} problems:\n${lines.join('')}`);
    return exitCodeOf(error);
  }
  const code = error instanceof HarbingerError ? ` [${error.code}]` : '';
  process.stderr.write(`harbinger: ${messageOf(error)}${code}\n`);
  return exitCodeOf(error);
}

/**
 * Ends the process when its output cannot be written: successfully when the reader closes the pipe (`| head`), otherwise
 * with an error.
 */
export function endWithReader(output: NodeJS.WriteStream): void {
  output.on('error', (error) => {
    if (codeOf(error) === 'EPIPE') process.exit();
    process.stderr.write(`harbinger: the output cannot be written: ${messageOf(error)}\n`);
    process.exit(exitCodes.failed);
  });
}

/** Goes on when messages for people cannot be written: the disk of the log is full, or its reader has ended. */
export function continueWithout(output: NodeJS.WriteStream): void {
  output.on('error', () => {});
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

/** Prints rows as an aligned table; the first row is the header. */
export function printTable(rows: readonly (readonly string[])[]): void {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => (row[column] ?? '').length)),
  );
  for (const row of rows) {
    const cells = row.map((cell, column) =>
      column === row.length - 1 ? cell : cell.padEnd(widths[column] ?? 0),
    );
    process.stdout.write(`${cells.join('  ')}\n`);
  }
}

/** Prints rows as `printTable` does; on a terminal it also says that there are none. */
export function printList(
  rows: readonly (readonly string[])[],
  isTerminal: boolean = process.stdout.isTTY === true,
): void {
  printTable(isTerminal && rows.length === 1 ? [...rows, ['none']] : rows);
}

/**
 * Replaces control characters, which texts from devices may contain and which must not reach the terminal.
 */
export function printable(text: string, lengthMax = 80): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '·');
  return clean.length > lengthMax ? `${clean.slice(0, lengthMax - 1)}…` : clean;
}
