import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { makeCertificate, noOpenssl } from '../support/openssl.ts';
import { LoadGenerator } from './generator.ts';
import { pumpCarrier, pumpSeq } from './mqtt/pump-payload.ts';
import { Ledger } from './record/ledger.ts';
import { TestBroker } from './test-broker.ts';

const pumpSensors = loadMachineTypes().get('pump')!.sensors;
const pumpRange = {
  min: Object.fromEntries(pumpSensors.map(({ name, min }) => [name, min])),
  max: Object.fromEntries(pumpSensors.map(({ name, max }) => [name, max])),
};

let broker: TestBroker;
let load: LoadGenerator | undefined;

function stored(): [string, number][] {
  return broker.received.map((message) => {
    const { device, seq } = JSON.parse(message.payload) as { device: string; seq: number };
    return [device, seq];
  });
}

async function startBroker(): Promise<TestBroker> {
  broker = new TestBroker();
  await broker.start();
  return broker;
}

afterEach(async () => {
  await load?.stop();
  load = undefined;
  await broker.crash();
});

describe('LoadGenerator', () => {
  it('sends exactly the total at QoS 1 as valid JSON, and records it in its ledger', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 7, qos: 1, window: 5, total: 1_000 });
    await load.start();
    const report = await load.finished;
    expect(report).toMatchObject({ end: 'complete', sent: 1_000, acked: 1_000, resent: 0 });
    expect(report.ackLatency.count).toBe(1_000);
    expect(load.ledger.compare(stored())).toEqual({
      lost: [],
      lostCount: 0,
      repeated: [],
      repeatedCount: 0,
      strangers: 0,
      storedUnacked: 0,
    });
    expect(new Set(broker.received.map((message) => message.topic)).size).toBe(7);
  });

  it.each([0, 1] as const)('speaks MQTT 5 at QoS %i', async (qos) => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 3, qos, total: 500, mqtt5: true });
    await load.start();
    expect(await load.finished).toMatchObject({ end: 'complete', sent: 500, acked: 500 * qos });
    expect(load.ledger.compare(stored())).toMatchObject({ lost: [], repeated: [] });
  });

  it.skipIf(noOpenssl !== null)('speaks TLS, with MQTT 5 (needs openssl)', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'harbinger-load-'));
    const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
    makeCertificate(certFile, keyFile, '-subj', '/CN=localhost');
    const tls = { cert: readFileSync(certFile), key: readFileSync(keyFile) };
    rmSync(folder, { recursive: true });
    broker = new TestBroker();
    broker.tls = tls;
    await broker.start();
    const { port } = broker;
    const options = { port, connections: 2, qos: 1, total: 200, mqtt5: true, tlsCa: `${tls.cert}` } as const;
    load = new LoadGenerator(options);
    await load.start();
    expect(await load.finished).toMatchObject({ end: 'complete', sent: 200, acked: 200 });
  });

  it('counts messages at QoS 0 after the broker has read them', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 3, qos: 0, total: 5_000 });
    await load.start();
    expect(await load.finished).toMatchObject({ end: 'complete', sent: 5_000, acked: 0 });
    expect(broker.received).toHaveLength(5_000);
  });

  it('keeps to a rate', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 4, qos: 1, total: 200, rate: 400 });
    await load.start();
    const report = await load.finished;
    expect(report.sent).toBe(200);
    expect(report.seconds).toBeGreaterThan(0.45);
  });

  it('resends messages that a crash of the broker left unacknowledged, unchanged except for DUP', async () => {
    await startBroker();
    broker.holdAcks = true;
    load = new LoadGenerator({ port: broker.port, connections: 4, qos: 1, window: 5, total: 400 });
    await load.start();
    await vi.waitFor(() => expect(broker.received).toHaveLength(20), 30_000);
    const before = broker.received.splice(0);
    await broker.crash();
    broker.holdAcks = false;
    await broker.start();
    const report = await load.finished;
    expect(report).toMatchObject({ end: 'complete', sent: 400, acked: 400, resent: 20, reconnects: 4 });
    const again = broker.received.filter((message) => message.dup).map((message) => message.payload);
    expect(again.sort()).toEqual(before.map((message) => message.payload).sort());
    expect(load.ledger.compare(stored())).toMatchObject({ lostCount: 0, repeatedCount: 0 });
  });

  it('sends readings of pumps that carry the running number, and counts the bytes', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 3, qos: 1, total: 300, pumps: true });
    await load.start();
    const { bytesSent } = await load.finished;
    const readings = broker.received.map(
      ({ payload }) => JSON.parse(payload) as Record<string, number> & { seq: number },
    );
    expect(readings).toHaveLength(300);
    const { min, max } = pumpRange;
    for (const reading of readings) {
      expect(pumpSeq(reading[pumpCarrier]!)).toBe(reading.seq);
      expect(
        Object.keys(min).filter((name) => !(reading[name]! >= min[name]! && reading[name]! <= max[name]!)),
      ).toEqual([]);
    }
    const topicAndPayload = broker.received.reduce(
      (sum, { topic, payload }) => sum + topic.length + payload.length,
      0,
    );
    // Fixed header (3 bytes for these lengths), topic length, packet id.
    expect(bytesSent).toBe(topicAndPayload + 300 * (3 + 2 + 2));
  });

  it('alternates between the machines of a connection', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({
      port,
      connections: 2,
      qos: 1,
      total: 200,
      members: 5,
      topic: 'telemetry/load/m{c}-{member}',
    });
    await load.start();
    await load.finished;
    const topics = new Set(broker.received.map((message) => message.topic));
    expect(topics.size).toBe(10);
    expect(topics).toContain('telemetry/load/m1-000004');
  });

  it('accepts a function that makes payloads', async () => {
    const { port } = await startBroker();
    const payload = (device: string, seq: number) =>
      Buffer.from(JSON.stringify({ device, seq, x: 'y'.repeat(seq) }));
    load = new LoadGenerator({ port, connections: 2, qos: 1, window: 4, total: 100, payload });
    await load.start();
    expect((await load.finished).acked).toBe(100);
    expect(load.ledger.compare(stored())).toMatchObject({ lostCount: 0, strangers: 0 });
  });

  it('stops in order when told to', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 2, qos: 1 });
    await load.start();
    await vi.waitFor(() => expect(load!.progress.acked).toBeGreaterThan(100), 30_000);
    const report = await load.stop();
    expect(report.end).toBe('stopped');
    expect(report.acked).toBe(report.sent);
  });

  it('reports a refusal', async () => {
    await startBroker();
    broker.refuse = true;
    const refused = new LoadGenerator({ port: broker.port, connections: 1, qos: 1, total: 1 });
    await expect(refused.start()).rejects.toMatchObject({ code: 'LOAD_REFUSED' });
  });

  it('stops if the broker goes down and it may not reconnect', async () => {
    const { port } = await startBroker();
    load = new LoadGenerator({ port, connections: 2, qos: 1, reconnect: false });
    await load.start();
    await broker.crash();
    expect((await load.finished).end).toBe('disconnected');
    await broker.start();
  });
});

describe('Ledger', () => {
  it('distinguishes lost, repeated, unknown and stored-but-unacknowledged readings, also after JSON', () => {
    const json = {
      machines: [
        {
          machine: 'a',
          first: 10,
          sent: 6,
          acked: [
            [10, 12],
            [14, 14],
          ] as [number, number][],
        },
      ],
    };
    const ledger = Ledger.fromJson(json);
    expect(ledger.toJson()).toEqual(json);
    const stored = [
      ['a', 10],
      ['a', 11],
      ['a', 11],
      ['a', 13],
      ['a', 99],
      ['b', 10],
    ] as [string, number][];
    expect(ledger.compare(stored)).toEqual({
      lost: ['a#12', 'a#14'],
      lostCount: 2,
      repeated: ['a#11'],
      repeatedCount: 1,
      strangers: 2,
      storedUnacked: 1,
    });
  });
});
