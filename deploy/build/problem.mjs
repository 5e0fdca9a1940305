/** An error that its message explains in full, so that it is printed without a stack trace, with its code. */
export class Problem extends Error {
  /**
   * @param {string} code of the error reference (error-codes.ts beside this file)
   * @param {string} message
   */
  constructor(code, message) {
    super(message);
    this.code = code;
  }
}

/**
 * Returns the code of a system error; undefined for other errors.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && 'code' in error ? String(error.code) : undefined;
}
