import { ApiFailure, failureText } from '../api/api-failure.ts';
import { texts } from '../words/words.ts';

/** The sentence to show where signing in failed. The API's own words for a wrong token are meant for programs. */
export function signInProblem(error: unknown): string {
  const isWrongToken = error instanceof ApiFailure && error.status === 401;
  return isWrongToken ? texts().frame.wrongToken : failureText(error);
}
