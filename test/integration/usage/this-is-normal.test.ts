/** A person says that what a machine does now is normal: its alert ends, nothing is told while it learns, and the limits stay. */
import { expect, it } from 'vitest';
import { gaussian, seededRandom } from '../../../shared/runtime/random.ts';
import { harbingerJson } from '../cli.ts';
import { tells, toldTo } from '../fan.ts';
import { createSite, drained, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

interface Alert {
  state: string;
  prediction: { failureMode: string; reasons: string[] };
}

/** A machine is more than a day old after its first readings: before that, what one sensor does first is learnt. */
const stepMs = 60_000;
const beganMs = Date.now() - 10_000 * stepMs;
const random = seededRandom(41);
let rows = 0;

const at = watchedSite('press-1', (receiver) =>
  createSite({
    gateway: { machines: [{ match: 'hall/*', type: 'generic' }], intelligence: { intervalMsMin: 0 } },
    cloud: tells(receiver),
  }),
);

/** Sends so many readings of four sensors with noise, in lists of twenty; `offset` is added to the heat. */
async function send(count: number, offset: number): Promise<void> {
  for (let sent = 0; sent < count; sent += 20) {
    const list = Array.from({ length: 20 }, () => {
      const value = (mean: number) => Number((mean + gaussian(random)).toFixed(4));
      const timestamp = beganMs + rows++ * stepMs;
      return { timestamp, pressure: value(50), flow: value(20), power: value(90), heat: value(60 + offset) };
    });
    await at.sensor.publishAsync('telemetry/hall/press-1', JSON.stringify(list), { qos: 1 });
  }
}
const alerts = async () =>
  (await at.site.cloud.json<{ alerts: Alert[] }>('/api/alerts')).alerts.filter(
    ({ prediction }) => prediction.failureMode === 'unusual-behaviour',
  );

it('ends the alert, which says who said so and why, and is not told again', async () => {
  await send(1_600, 0);
  await drained(at.site);
  expect(await alerts()).toEqual([]);
  await until(async () => {
    await send(20, 12);
    return (await alerts()).some(({ state }) => state === 'open');
  }, 'an alert about what it does now');
  await harbingerJson(
    ...['machines', 'relearn', 'hall/press-1', '--note', 'a new product', '--by', 'ada'],
    ...['--url', at.site.gateway.httpUrl],
  );
  await until(async () => {
    await send(20, 12);
    return (await alerts()).every(({ state }) => state === 'resolved');
  }, 'the alert to end');
  const [ended] = await alerts();
  expect(ended!.prediction.reasons.join()).toBe(
    'ada has said that what the machine does now is normal; it is learnt anew: a new product',
  );
  await send(400, 12);
  await drained(at.site);
  expect(await alerts()).toHaveLength(1);
  expect(toldTo(at.receiver).filter((change) => change === 'opened')).toHaveLength(1);
});
