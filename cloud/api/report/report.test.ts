/** The report of a site: what was told, what came of it, and the measures of alerting. */
import { afterAll, expect, it } from 'vitest';
import type { Outcome, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import { createMemoryOperations, createMemoryOutcomes } from '../memory-ports.testing.ts';
import { machineOf } from '../plant-data.testing.ts';
import { bearer, get, startApi, stopAll } from '../running-api.testing.ts';
import { measuresOf } from './measures.ts';

afterAll(stopAll);

const hourMs = 3_600_000;
const fromMs = Date.UTC(2026, 0, 5);
const span = { fromMs, toMs: fromMs + 100 * hourMs, people: 2 };
const at = (hours: number) => new Date(fromMs + hours * hourMs).toISOString();
const judgedBy = { policy: 'model', name: 'pump-rul', version: '2.0.0' } as const;
function warning(hours: number, more: Partial<WarningOutcome> = {}): WarningOutcome {
  return {
    ...{ kind: 'warning', id: `w-${hours}`, gateway: 'north', site: 'leeds', machine: 'pump-1' },
    ...{ machineType: 'pump', verdict: 'unknown', isInferred: true, history: [], raisedBy: judgedBy },
    ...{
      failureMode: 'wear',
      severity: 'warning',
      confidence: 0.9,
      openedAt: at(hours),
      endedAt: at(hours + 1),
    },
    ...more,
  };
}

it('measures: alerts an hour and person, noisiest, chattering, stale, floods', () => {
  const chattering = [1, 1.2, 1.9].map((hours) => warning(hours, { machine: 'fan-2', failureMode: 'limit' }));
  const flood = Array.from({ length: 11 }, (_, i) => warning(50 + i / 100, { machine: `m-${i}` }));
  const stale = [warning(60, { endedAt: null }), warning(80, { endedAt: null })];
  const found = measuresOf([...chattering, ...flood, ...stale], span);
  expect(found).toMatchObject({ alerts: 16, perHourAndPerson: 0.08, floods: 1, stale: 1 });
  expect(found.chattering).toEqual([{ machine: 'leeds/fan-2', what: 'limit', count: 3 }]);
  expect(found.noisiest).toHaveLength(10);
  expect(found.noisiest[0]).toEqual({ machine: 'leeds/fan-2', what: 'limit', count: 3 });
  expect([found.confirmed, found.leadMs]).toEqual([null, null]);
});

it('has the site of its name alone, and the time that was asked for, and shows texts of devices as text', async () => {
  const operations = createMemoryOperations();
  operations.set({ machines: [machineOf()] });
  const said = { at: at(3), isInferred: false, by: 'maria', note: '', cause: '<b>worn</b> seal' };
  const outcomes: Outcome[] = [
    warning(2, { verdict: 'confirmed', history: [{ verdict: 'confirmed', ...said }] }),
    warning(500),
    warning(3, { site: 'york' }),
  ];
  const { base } = await startApi({ operations, outcomes: createMemoryOutcomes(outcomes) });
  const query = `site=leeds&from=${at(0)}&to=${at(100)}`;
  const { body } = await get(`${base}/api/report?${query}`);
  expect(body).toMatchObject({
    alerts: [{ alertId: 'w-2', verdict: 'confirmed', cause: '<b>worn</b> seal' }],
    verdicts: { confirmed: 1, unknown: 0 },
    measures: { alerts: 1, confirmed: { count: 1, of: 1 } },
    machines: [{ machine: 'pump-1' }],
    losses: [],
  });
  const answer = await fetch(`${base}/api/report/html?${query}&zone=UTC`, { headers: bearer });
  const html = await answer.text();
  expect(answer.headers.get('content-type')).toBe('text/html; charset=utf-8');
  expect(html).toContain('&lt;b&gt;worn&lt;/b&gt; seal');
  expect(html).not.toContain('<b>');
  expect((await get(`${base}/api/report?site=nowhere`)).body.error.code).toBe('API_SITE_UNKNOWN');
  expect((await get(`${base}/api/report/html?site=leeds&zone=Nowhere`)).status).toBe(400);
});
