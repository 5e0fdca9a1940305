/** An answer other than success, or no answer at all (`status` 0). `message` is written for the person at the page. */
export class ApiFailure extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The sentence to show for a failed fetch. */
export function failureText(error: unknown): string {
  return error instanceof ApiFailure ? error.message : String(error);
}
