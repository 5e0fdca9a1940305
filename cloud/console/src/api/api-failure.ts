import { texts } from '../words/words.ts';

/** An answer other than success, or no answer at all (`status` 0). `message` is written for the person at the page. */
export class ApiFailure extends Error {
  readonly status: number;
  /** The API's word for it; empty if it has said none. */
  readonly code: string;

  constructor(status: number, message: string, code = '') {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** The sentence to show for a failed fetch. */
export function failureText(error: unknown): string {
  if (!(error instanceof ApiFailure)) return String(error);
  return error.status === 403 ? `${texts().frame.onlyReads} (${error.message})` : error.message;
}
