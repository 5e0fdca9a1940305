/** A machine that was renamed while its device still sends, or its gateway still speaks, under the old name. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import { TestOperations } from '../operations.testing.ts';

let operations: TestOperations;
beforeEach(() => {
  operations = new TestOperations();
});
afterEach(() => operations.remove());

const pump: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-1' };
const moved: MachineName = { gateway: 'north', site: 'plant', machine: 'pump-9' };

const heard = (name: MachineName, lastSeenMs?: number) => operations.heard(name, lastSeenMs);

const listed = () => operations.now.machines.all().map(({ machine }) => machine);
const openAlerts = () => operations.now.alerts.all('open').map((alert) => alertSaid(alert).machine?.machine);
const silent = { failureMode: 'silent', reasons: ['No signal'] };
const alertsOf = (machine: string) =>
  operations.now.alerts
    .all('open')
    .filter((alert) => alertSaid(alert).machine?.machine === machine)
    .map(({ alertId }) => alertId)
    .sort();
const stateOf = ({ machine }: MachineName) =>
  operations.now.machines.all().find((state) => state.machine === machine);
const countOf = (name: MachineName) => stateOf(name)?.openAlerts;

/** An event about the machine as its gateway knows it. */
function said(kind: 'opened' | 'updated' | 'resolved', alertId: string, of: object = {}, name = pump) {
  const event = predictionEvent(kind, 0, { predictionId: alertId, site: name.site, machine: name.machine });
  const atMs = operations.clock.nowMs();
  const about = { source: `/gateways/${name.gateway}`, subject: `${name.site}/${name.machine}` };
  const id = `${kind}-${atMs}-${alertId}`;
  return { ...event, ...about, id, time: new Date(atMs).toISOString(), data: { ...event.data, ...of } };
}

it('once the device sends under the new name, the silence of the old one ends, at the gateway too, and nobody is warned', async () => {
  await heard(pump);
  expect((await operations.now.retirement.rename([[pump, moved]])).warnings).toHaveLength(1);
  await operations.clock.advance(1_000);
  await heard(pump);
  await operations.apply([said('opened', 'worn')]);
  await operations.clock.advance(1_000);
  await heard(moved);
  await operations.clock.advance(62_000);
  await heard(moved);
  await operations.apply([said('opened', 'quiet', silent)]);
  expect(alertsOf('pump-1')).toEqual(['quiet', 'worn']);
  const owed: string[] = [];
  operations.now.endings.onOwed((gateway) => owed.push(gateway));

  expect(await operations.now.retirement.rename([[pump, moved]])).toEqual({ machines: 1, alerts: 1 });
  expect([alertsOf('pump-9'), countOf(moved)]).toEqual([['worn'], 1]);
  expect(operations.now.alerts.all('resolved')[0]).toMatchObject({
    alertId: 'quiet',
    prediction: { reasons: ['It was closed by hand: the machine was renamed to plant/pump-9'] },
  });
  expect([owed, operations.now.endings.of('north')]).toEqual([
    ['north'],
    [{ alertId: 'quiet', closed: expect.anything() }],
  ]);
});

it('later news of an old name that is silent, or was retired, does not list it again', async () => {
  await heard(pump);
  await operations.apply([said('opened', 'worn')]);
  await operations.now.retirement.rename([[pump, moved]]);
  await operations.clock.advance(60_000);
  await heard(moved);
  const { lastSeenMs, health } = stateOf(moved)!;
  await operations.clock.advance(1_000);
  await operations.apply([
    said('opened', 'quiet', silent),
    said('updated', 'worn', { health: 0.01, severity: 'critical' }),
  ]);
  expect([listed(), alertsOf('pump-9'), countOf(moved)]).toEqual([['pump-9'], ['worn'], 1]);
  expect(stateOf(moved)).toMatchObject({ lastSeenMs, health });
  await operations.clock.advance(1_000);
  // As when it is retired at its gateway.
  await operations.apply([
    said('resolved', 'quiet', { ...silent, outcome: 'retired' }),
    said('resolved', 'worn', { outcome: 'retired' }),
  ]);
  expect([listed(), openAlerts(), countOf(moved)]).toEqual([['pump-9'], [], 0]);
  await operations.now.retirement.retire([moved]);
  await operations.clock.advance(1_000);
  await operations.apply([said('opened', 'late', silent, moved), said('resolved', 'other', {}, moved)]);
  expect([listed(), openAlerts()]).toEqual([[], []]);
});

it('an alert that goes back to the old name is counted there, and not under the new one any more', async () => {
  await heard(pump);
  await operations.apply([said('opened', 'worn')]);
  await operations.now.retirement.rename([[pump, moved]]);
  await operations.clock.advance(1_000);
  await heard(pump);
  const told: unknown[] = [];
  operations.now.changes.onChange(({ machines }) =>
    told.push(...machines.map(({ machine, openAlerts }) => [machine, openAlerts])),
  );
  await operations.apply([said('updated', 'worn', { severity: 'critical' })]);
  expect([countOf(pump), countOf(moved)]).toEqual([1, 0]);
  expect(told).toEqual([
    ['pump-1', 1],
    ['pump-9', 0],
  ]);
});
