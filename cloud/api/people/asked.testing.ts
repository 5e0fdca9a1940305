import { expect } from 'vitest';
import type { ApiContract } from '../../../shared/http/openapi-contract.testing.ts';

/** Asks each route about sessions, users and tokens, and checks the answers against the document. */
export async function askAboutPeople(api: ApiContract, token: string): Promise<void> {
  await api.ask('GET', '/api/session');
  await api.ask('POST', '/api/session', { body: { token }, status: 204 });
  await api.ask('POST', '/api/session', { body: { token: 'wrong' }, status: 401 });
  await api.ask('DELETE', '/api/session', { status: 204 });
  const maria = { kind: 'user', name: 'maria', role: 'operator' };
  await api.ask('POST', '/api/people', { body: { ...maria, tokenHash: 'a'.repeat(43) } });
  await api.ask('POST', '/api/people', { body: { ...maria, name: 'otto' }, status: 404 });
  expect(await api.ask('GET', '/api/people')).toMatchObject({ people: [maria] });
  const revoked = await api.ask('DELETE', '/api/people', { body: { names: ['maria'] } });
  expect(revoked).toEqual({ revoked: ['maria'], unknown: [] });
}
