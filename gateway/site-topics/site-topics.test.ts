/** Publishing while a broker is slow, or fails for a while. */
import { expect, it } from 'vitest';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { SiteTopics } from './site-topics.ts';

const old = ['harbinger/south/conditions', 'harbinger/hall/fan-9/severity'] as const;

/** A broker that keeps two messages of nothing known; `isDown` says whether it takes any. */
function bench(isDown: (topic: string) => boolean) {
  const clock = manualClock();
  const kept = new Map<string, string>();
  const broker = {
    kept: () => old.map((topic) => [topic, null] as const),
    async publish(topic: string, payload: Buffer) {
      if (isDown(topic)) throw new Error('the broker does not answer');
      kept.set(topic, payload.toString());
    },
  };
  const none = () => [];
  const topics = new SiteTopics({
    ...{ gateway: 'north', brokers: () => [broker], openAlerts: none, openConditions: none },
    ...{ types: new Map(), watch: { maintenance: { isOn: () => false, list: none }, levels: { of: none } } },
    ...{ clock, log: silentLog },
  });
  return { clock, kept, broker, topics };
}

it('messages of an earlier process are removed, and tried again until that has worked', async () => {
  let failures = 3;
  const { clock, kept, topics } = bench((topic) => topic === old[0] && failures-- > 0);
  await topics.start();
  for (let round = 0; round < 8; round++) await clock.advance(500);
  expect([kept.get(old[0]), kept.get(old[1])]).toEqual(['', '']);
  expect(topics.stats().failed).toBe(3);
  await topics.stop();
});

it('the start does not wait for a broker that does not answer', async () => {
  const { kept, broker, topics, clock } = bench(() => false);
  broker.publish = () => new Promise(() => {});
  await topics.start();
  expect(kept.size).toBe(0);
  const stopped = topics.stop();
  await clock.advance(2_000);
  await stopped;
});

it('a machine that is retired has no message any more', async () => {
  const { kept, topics, clock } = bench(() => false);
  await topics.start();
  topics.judged([{ machine: { site: 'hall', machine: 'fan-1' } }] as never);
  await clock.advance(1_000);
  expect(kept.get('harbinger/hall/fan-1/severity')).toBe('none');
  topics.retired('hall', 'fan-1');
  await clock.advance(1_000);
  expect(kept.get('harbinger/hall/fan-1/severity')).toBe('');
  await topics.stop();
});
