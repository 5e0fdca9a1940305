/** An error that its message explains in full, so that it is printed without a stack trace. */
export class Problem extends Error {}

/**
 * Returns the code of a system error; undefined for other errors.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
