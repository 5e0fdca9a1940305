import type { ApiContract } from '../../../shared/http/openapi-contract.testing.ts';

/** Asks the routes of the maintenance log. */
export async function askAboutLog(api: ApiContract): Promise<void> {
  const path = '/api/machines/log';
  const entry = { site: 'leeds', machine: 'pump-1', kind: 'repaired', note: 'seal', by: 'maria' };
  await api.ask('POST', path, { body: { ...entry, outcome: 'confirmed', cause: 'worn seal' } });
  await api.ask('POST', path, { body: { ...entry, machine: 'none' }, status: 404 });
  await api.ask('POST', path, { body: { ...entry, cause: 'of nothing' }, status: 400 });
  await api.ask('POST', path, { body: { ...entry, at: '2999-01-01T00:00:00Z' }, status: 400 });
  await api.ask('GET', path, { path: `${path}?site=leeds&machine=pump-1&from=2020-01-01` });
}
