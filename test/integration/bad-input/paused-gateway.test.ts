/**
 * A computer that stands still is not a message without end: a gateway that is paused (SIGSTOP) again and again, for
 * longer than a message may take, also right after it was killed and started again, ends by itself never and makes no
 * sound message a dead letter.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { connect, type MqttClient } from 'mqtt';
import { afterEach, expect, it } from 'vitest';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { createSite, drained, type Site, statusOf, until } from '../site.ts';
import { embeddedReadings } from '../stored.ts';

const decodeMsMax = 100;
const devices = 6;
const faults = 30;
const firstMs = Date.now() - 3_600_000;
/** Each costs a millisecond or more to store, so that pauses meet it. */
const badList = `[${Array(1_000).fill('{"cycles":"hot"}').join()}]`;

let site: Site;
const clients: MqttClient[] = [];
afterEach(async () => {
  for (const client of clients.splice(0)) await client.endAsync(true);
  await site?.dispose();
});

/** As a device that keeps its state: it sends again, with DUP, what was not acknowledged. */
function device(name: string): MqttClient {
  const options = { clientId: name, clean: false, reconnectPeriod: 50, connectTimeout: 5_000, keepalive: 0 };
  const client = connect(site.gateway.mqttUrl, options);
  client.on('error', () => {});
  clients.push(client);
  return client;
}

const between = (random: Random, from: number, to: number) => from + random.next() * (to - from);

/** Readings of one message: alone, or a list. Blanks differ, so that no layout of earlier messages reads it. */
function payloadOf(seqs: readonly number[], random: Random): string {
  const blanks = ' '.repeat(between(random, 0, 40));
  const items = seqs.map((seq) => `{${blanks}"cycles":${seq},"seq":${seq},"ts":${firstMs + seq * 10}}`);
  return items.length === 1 ? items[0]! : `[${items.join()}]`;
}

it.each([1, 2, 3])(
  'nothing acknowledged is lost or becomes a dead letter, seed %i',
  { tags: ['long'] },
  async (seed) => {
    const random = seededRandom(seed);
    site = await createSite({ gateway: { decodeMsMax } });
    await site.cloud.start();
    await site.gateway.start();
    let isOver = false;
    const acked: string[] = [];
    const send = async (name: string) => {
      const client = device(name);
      for (let seq = 1; !isOver; ) {
        const seqs = Array.from({ length: random.next() < 0.2 ? 20 : 1 }, () => seq++);
        await client.publishAsync(`telemetry/load/${name}`, payloadOf(seqs, random), { qos: 1 });
        acked.push(...seqs.map((each) => `${name} ${each}`));
      }
    };
    const flood = async () => {
      const client = device('flood');
      while (!isOver) await client.publishAsync('telemetry/load/flood', badList, { qos: 1 });
    };
    const sending = [flood(), ...Array.from({ length: devices }, (_, i) => send(`d${i}`))];

    for (let fault = 0; fault < faults; fault++) {
      await delay(between(random, 10, 150));
      process.kill(site.gateway.pid, 'SIGSTOP');
      await delay(between(random, decodeMsMax * 1.2, decodeMsMax * 5));
      const isKilled = random.next() < 0.15;
      if (isKilled) {
        await site.gateway.kill9();
        await site.gateway.restart();
      } else process.kill(site.gateway.pid, 'SIGCONT');
    }
    const ackedBefore = acked.length;
    // On a slow machine few are acknowledged between the pauses.
    await until(() => acked.length > Math.max(ackedBefore, 100), 'more readings');
    isOver = true;
    await Promise.all(sending);
    await drained(site);

    const texts = site.gateway.logs.map(({ text }) => text);
    expect(texts.filter((text) => /DATA_THREAD_STUCK|DECODE_STUCK/.test(text))).toEqual([]);
    expect((await statusOf(site.gateway)).deadLetters.byCode.DECODE_STUCK ?? 0).toBe(0);
    const stored = (await embeddedReadings(site.cloud)).map(([machine, seq]) => `${machine} ${seq}`);
    const counts = new Map<string, number>();
    for (const reading of stored) counts.set(reading, (counts.get(reading) ?? 0) + 1);
    expect(acked.filter((reading) => !counts.has(reading))).toEqual([]);
    expect([...counts].filter(([, count]) => count > 1)).toEqual([]);
    expect(acked.length).toBeGreaterThan(100);
  },
);
