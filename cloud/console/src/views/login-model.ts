import { ApiFailure, failureText } from '../api-failure.ts';

/** The sentence to show where signing in failed. The API's own words for a wrong token are meant for programs. */
export function signInProblem(error: unknown): string {
  const isWrongToken = error instanceof ApiFailure && error.status === 401;
  return isWrongToken ? 'This token is not valid.' : failureText(error);
}
