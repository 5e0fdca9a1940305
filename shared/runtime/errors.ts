/**
 * The part of the product in which something failed, as one lower-case word such as `journal`. The `error-codes.ts` of
 * a folder declares its codes with their stages; the error reference is sorted by them.
 */
export type Stage = string;

/** The entry of one code in the error reference, `deploy/docs/errors.md`. */
export interface ErrorCode {
  stage: Stage;
  /** Says in a sentence or two what has happened. */
  meaning: string;
  /** Says whether Harbinger tries again by itself, and what happens to the data meanwhile. */
  retried: `Yes${string}` | `No${string}`;
  /** Says what a technician should do. */
  remedy: string;
}

/**
 * Declares the error codes of a folder, in its `error-codes.ts`. A test finds these files and fails if a code is thrown
 * but not declared, or declared but never thrown, or if a stage differs.
 */
export function declareErrors<const C extends Readonly<Record<string, ErrorCode>>>(codes: C): C {
  return codes;
}

/** Short reasons by which something is counted or recorded, with what each means and what to do about it. */
export interface ReasonList {
  /** A heading for the error reference. */
  title: string;
  /** Where users meet these reasons, as a sentence. */
  where: string;
  reasons: Readonly<Record<string, string>>;
}

/**
 * An error that carries its decision: a stable `code` for programs, the `stage` in which it happened, and whether a
 * retry can help. The message says what failed, on what, and what to do.
 */
export class HarbingerError extends Error {
  readonly code: string;
  readonly stage: Stage;
  readonly retry: boolean;

  constructor(
    code: string,
    stage: Stage,
    message: string,
    options: { retry?: boolean; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HarbingerError';
    this.code = code;
    this.stage = stage;
    this.retry = options.retry ?? false;
  }
}

/** True if another try cannot help: the error says so itself. */
export function isFinal(error: unknown): boolean {
  return error instanceof HarbingerError && !error.retry;
}

/** Returns the message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Returns the system error code (`EADDRINUSE`, `ENOSPC`) or the HarbingerError code of any thrown value. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}

/**
 * True if the disk, or this user's share of it, was full: an error of the system, or one that was made of it. Databases,
 * and errors that came from another thread, tell it only by their message.
 */
export function isDiskFull(error: unknown): boolean {
  for (let cause = error; cause !== undefined; cause = cause instanceof Error ? cause.cause : undefined)
    if (diskFullCodes.includes(codeOf(cause) ?? '') || diskFullWords.test(messageOf(cause))) return true;
  return false;
}

const diskFullCodes = ['ENOSPC', 'EDQUOT'];
const diskFullWords = /\b(ENOSPC|EDQUOT)\b|no space left on device|disk quota exceeded/i;
