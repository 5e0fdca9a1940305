import type { ApiContract } from '../../../shared/http/openapi-contract.testing.ts';

/** Asks the routes of the report. */
export async function askAboutReport(api: ApiContract): Promise<void> {
  await api.ask('GET', '/api/report', { path: '/api/report?site=leeds&people=2' });
  await api.ask('GET', '/api/report', { path: '/api/report?site=none', status: 404 });
  await api.ask('GET', '/api/report', {
    path: '/api/report?site=leeds&from=2026-01-02&to=2026-01-01',
    status: 400,
  });
  await api.ask('GET', '/api/report/html', { path: '/api/report/html?site=leeds&zone=Europe/Berlin' });
}
