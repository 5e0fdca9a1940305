import { expect, it } from 'vitest';
import { ApiFailure } from '../api/api-failure.ts';
import { signInProblem } from './login-model.ts';

it('says that a token is wrong, and otherwise what the server said', () => {
  expect(signInProblem(new ApiFailure(401, 'unauthorized'))).toBe('This token is not valid.');
  expect(signInProblem(new ApiFailure(429, 'too many attempts'))).toBe('too many attempts');
});
