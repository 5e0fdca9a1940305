/** Sensors that send messages which can never be stored. They must be set aside and counted, and delay nothing. */

import { publishAll } from '../../support/peers/publish-all.ts';
import { statusOf } from '../observe/reported.ts';
import { database, type Site } from '../site/site.ts';
import { eventually, type Fault } from './fault.ts';

const malformed: readonly (readonly [topic: string, payload: string])[] = [
  ['telemetry/chaos/bad', 'not json'],
  ['telemetry/chaos/bad', '{"temperature":'],
  ['telemetry/chaos/bad', '"text"'],
  ['telemetry/chaos/bad', '{"temperature":"hot"}'],
  ['telemetry/unknown/machine', '{"temperature":1}'],
  ['lifecycle/plant/pump-1', '{"state":"bored"}'],
];

const malformedMessages: Fault = {
  kind: 'malformed-messages',
  target: 'sensors',
  plan(draw) {
    const messages = Array.from({ length: draw.int(1, 60) }, () => draw.pick(malformed));
    return {
      text: `${messages.length} messages that cannot become readings`,
      async run(scene) {
        const { site, targets, expect } = scene;
        const before = await lettersNow(site);
        await publishAll(site.gateway.process.mqttUrl, messages);
        expect('gateway: each of them is a dead letter, counted once', async () => {
          if (scene.isAllowed('letters')) return null;
          const added = (await lettersNow(site)) - before;
          // A resend after a restart cannot be distinguished from a second message, because a letter has no identity.
          if (targets.has('gateway'))
            return added >= messages.length ? null : `${added} of ${messages.length}`;
          return added === messages.length ? null : `${added} instead of ${messages.length}`;
        });
      },
    };
  },
};

/** One sensor whose messages are a thousand dead letters each, more than are kept, beside one with a few. */
const letterFlood: Fault = {
  kind: 'letter-flood',
  target: 'sensors',
  plan(draw) {
    const [count, few] = [draw.int(9, 14), draw.int(1, 20)];
    const mark = draw.int(0, 2 ** 40);
    return {
      text: `${count} messages that are 1,000 dead letters each, beside ${few} of another sensor`,
      async run({ site, expect, isAllowed }) {
        const { mqttUrl } = site.gateway.process;
        const bad = `[${Array(1_000).fill('{"temperature":"hot"}')}]`;
        const flood = Array.from({ length: count }, () => ['telemetry/chaos/flood', bad] as const);
        const others = Array.from(
          { length: few },
          (_, i) => [`telemetry/chaos/few-${i}`, `not JSON ${mark}`] as const,
        );
        await publishAll(mqttUrl, others.slice(0, few >> 1));
        await publishAll(mqttUrl, flood, { clientId: 'chaos-flood' });
        await publishAll(mqttUrl, others.slice(few >> 1));
        expect('gateway: the flood dropped none of the other sensor’s dead letters', async () => {
          if (isAllowed('letters')) return null;
          const found = await topicsOfLetters(site, Buffer.from(`not JSON ${mark}`).toString('base64'));
          const missing = others.filter(([topic]) => !found.has(topic));
          return missing.length === 0 ? null : `${missing.length} of ${few} are gone`;
        });
      },
    };
  },
};

/** Reading such a message does not end (site/preload.ts). It must cost only itself. */
const stuckMessages: Fault = {
  kind: 'stuck-messages',
  target: 'sensors',
  plan(draw) {
    const [count, mark] = [draw.int(1, 3), draw.int(0, 2 ** 40)];
    return {
      text: `${count} messages on which the code that reads them works for ever`,
      async run({ site, allow, expect, isAllowed }) {
        // Each is tried twice, for a second of computing, in which nothing else is acknowledged.
        allow('unready');
        const payloads = Array.from(
          { length: count },
          (_, i) => `{"seq":${mark},"n":${i},"note":"never read"}`,
        );
        const messages = payloads.map((payload) => ['telemetry/chaos/stuck', payload] as const);
        await publishAll(site.gateway.process.mqttUrl, messages, { clientId: 'chaos-stuck' });
        expect('gateway: each of them is a dead letter', async () => {
          if (isAllowed('letters')) return null;
          for (const payload of payloads) {
            const topics = await topicsOfLetters(site, Buffer.from(payload).toString('base64'));
            if (topics.size === 0) return `${payload} is none`;
          }
          return null;
        });
      },
    };
  },
};

/** Topics of the dead letters that have this payload. */
async function topicsOfLetters({ gateway }: Site, payload: string): Promise<ReadonlySet<string>> {
  interface Page {
    items: { topic: string; payload: string }[];
    nextBeforeId: number | null;
  }
  const topics = new Set<string>();
  for (let query = ''; ; ) {
    const page = await gateway.process.json<Page>(`/api/deadletters?limit=1000${query}`);
    for (const letter of page.items) if (letter.payload === payload) topics.add(letter.topic);
    if (page.nextBeforeId === null) return topics;
    query = `&beforeId=${page.nextBeforeId}`;
  }
}

/** Polls until the gateway answers, because another fault may affect it. */
async function lettersNow(site: Site): Promise<number> {
  let count = 0;
  const problem = await eventually(async () => {
    const { deadLetters } = await statusOf(site);
    count = deadLetters.count + deadLetters.dropped;
    return null;
  }, 60_000);
  if (problem !== null) throw new Error(problem);
  return count;
}

/** A field that the store knows as text: it refuses every line that has the field as a number, and only those. */
const poison: Fault = {
  kind: 'poison-block',
  target: 'sensors',
  unavailable: (site) => (site.influxd ? null : 'the embedded store keeps a field of any type'),
  plan(draw) {
    const [count, field] = [draw.int(1, 30), `poison${draw.int(0, 1_000_000)}`];
    const seqFirst = draw.int(0, 2 ** 40);
    return {
      text: `${count} readings with a field that InfluxDB will not take (${field})`,
      async run({ site, allow, expect }) {
        allow('quarantined');
        await makeTextField(site, field);
        const messages = Array.from(
          { length: count },
          (_, i) =>
            ['telemetry/chaos/poisoned', JSON.stringify({ seq: seqFirst + i, [field]: i + 0.5 })] as const,
        );
        await publishAll(site.gateway.process.mqttUrl, messages);
        expect(`cloud: exactly the ${count} refused lines are in quarantine`, async () => {
          const lines = await quarantinedOf(site, field);
          return lines === count ? null : `${lines}`;
        });
      },
    };
  },
};

async function makeTextField(site: Site, field: string): Promise<void> {
  const problem = await eventually(async () => {
    // At the present time, because InfluxDB keeps a field's type per shard, and a shard covers some days.
    const body = `generic,gateway=other,machine=other,site=other ${field}="text"`;
    const answer = await fetch(`${site.influxd!.url}/write?db=${database}`, { method: 'POST', body });
    return answer.ok ? null : `InfluxDB answered ${answer.status}`;
  }, 30_000);
  if (problem !== null) throw new Error(problem);
}

/** Number of lines that were quarantined for a field, from the reasons of the entries: "… (and 3 more)". */
async function quarantinedOf(site: Site, field: string): Promise<number> {
  let lines = 0;
  const problem = await eventually(async () => {
    type Entry = { reason: string };
    const { items } = await site.cloud.process.json<{ items: Entry[] }>('/api/quarantine?limit=500');
    // Quarantine may be full, and drop older entries for these.
    const own = items.filter(({ reason }) => reason.includes(`"${field}"`));
    lines = own.reduce(
      (sum, { reason }) => sum + 1 + Number(/\(and (\d+) more\)$/.exec(reason)?.[1] ?? 0),
      0,
    );
    return null;
  }, 60_000);
  if (problem !== null) throw new Error(problem);
  return lines;
}

export const sensorFaults: Fault[] = [malformedMessages, letterFlood, stuckMessages, poison];
