import type { ApiContract } from '../../../shared/http/openapi-contract.testing.ts';

/** Asks the routes by which people work on alerts, and try receivers. */
export async function askAboutAlerts(api: ApiContract): Promise<void> {
  await api.ask('GET', '/api/notifications/receivers');
  await api.ask('POST', '/api/notifications/test', { body: { name: 'maintenance' } });
  await api.ask('POST', '/api/notifications/test', { body: { name: 'none' }, status: 404 });
  const work = { alerts: [{ alertId: 'alert-1' }], deed: 'acknowledge' };
  await api.ask('POST', '/api/alerts/work', { body: work });
  await api.ask('POST', '/api/alerts/work', { body: { ...work, deed: 'shelve' }, status: 400 });
  await api.ask('POST', '/api/alerts/work', {
    body: { ...work, alerts: [{ alertId: 'none' }] },
    status: 409,
  });
  const close = { reason: 'a loose cover', outcome: 'confirmed', cause: 'loose cover' };
  const path = '/api/alerts/close-many';
  await api.ask('POST', path, { body: { ...close, alerts: [{ alertId: 'alert-1' }] } });
  await api.ask('POST', path, { body: { ...close, filter: { site: 'leeds' } } });
  await api.ask('POST', path, { body: { ...close, filter: { site: 'nowhere' } }, status: 404 });
  await api.ask('POST', path, { body: { ...close, alerts: [{ alertId: 'none' }] }, status: 409 });
  await api.ask('POST', path, { body: close, status: 400 });
}
