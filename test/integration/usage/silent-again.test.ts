/**
 * A machine that falls silent twice within a week, with real processes: its second alert stays open for an hour, and meanwhile the
 * machine is heard: badge, site topic and its other alerts say so, until it is silent once more.
 */
import { expect, it } from 'vitest';
import { createFanSite, fanType, tells, toldTo } from '../fan.ts';
import { until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

const fan = fanType('stepMs = 1_000\nsilentAfterMs = 2_000', 'warn = 4.5');

interface Machine {
  state: string;
  stateReason: string;
  unknown: unknown;
  openAlerts: number;
}

const at = watchedSite('fan-1', (receiver) => createFanSite(fan, { cloud: tells(receiver) }));

async function send(): Promise<void> {
  const reading = { timestamp: Date.now(), vibration_x: 1 + Math.random() };
  await at.sensor.publishAsync('telemetry/hall/fan-1', JSON.stringify(reading), { qos: 1 });
}

/** Sends until the machine is in this state. */
async function becomes(isMeant: (machine: Machine) => boolean, what: string, sends: boolean) {
  await until(async () => {
    if (sends) await send();
    const { machines } = await at.site.cloud.json<{ machines: Machine[] }>('/api/machines');
    return machines[0] !== undefined && isMeant(machines[0]);
  }, what);
}
const isSilent = ({ state }: Machine) => state === 'silent';
const isHeard = ({ state, unknown }: Machine) => state !== 'silent' && unknown === null;

it('is not called silent while it sends, although its alert is still open', async () => {
  await send();
  await becomes(isSilent, 'its first silence', false);
  await becomes(isHeard, 'it to be heard', true);
  await until(() => toldTo(at.receiver).length === 2, 'the end to be told');
  await becomes(isSilent, 'its second silence', false);
  await becomes((machine) => isHeard(machine) && machine.openAlerts === 1, 'it to be heard again', true);
  await becomes(isSilent, 'its third silence', false);
  await becomes((machine) => isHeard(machine) && machine.openAlerts === 1, 'it to be heard once more', true);
  expect(toldTo(at.receiver)).toEqual(['opened', 'resolved', 'opened']);
});
