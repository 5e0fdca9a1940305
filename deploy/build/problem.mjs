/** An error that its message explains in full, so that it is printed without a stack trace. */
export class Problem extends Error {}
