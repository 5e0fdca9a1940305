/** A problem that its message explains in full: printed without a stack trace. */
export class Problem extends Error {}
