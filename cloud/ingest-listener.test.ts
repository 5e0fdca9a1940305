import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { greetingTopic, uplinkTopic } from '../shared/contract/topics.ts';
import { hashPassword } from '../shared/security/passwords.ts';
import { makeCertificate, noOpenssl } from '../test/support/openssl.ts';
import { frameOf, journal, publish, readingLine, startIngest } from './ingest.testing.ts';

type Running = Awaited<ReturnType<typeof startIngest>>;
let cloud: Running;

beforeEach(async () => {
  cloud = await startIngest({ storeWaitMsMax: 20_000 });
});
afterEach(() => cloud.stop());

const readings = uplinkTopic('north', 'readings');

describe('login', () => {
  it('refuses a wrong password, an unknown gateway and a missing user name', async () => {
    await expect(cloud.connect('north', 'wrong')).rejects.toThrow(/Bad username or password/);
    await expect(cloud.connect('west', 'whatever')).rejects.toThrow(/Bad username or password/);
    await expect(cloud.connect('', '')).rejects.toThrow();
    expect(await cloud.metric('harbinger_ingest_refused_logins_total')).toContain(
      'harbinger_ingest_refused_logins_total 3',
    );
  });

  it('answers a client of MQTT 5 that its version is not spoken', async () => {
    const five = { protocolVersion: 5 } as const;
    await expect(cloud.connect('north', 'a password of gateway north', five)).rejects.toMatchObject({
      code: 0x84,
    });
  });

  it('throttles a client that guesses, and accepts others behind the same address', async () => {
    for (let i = 0; i < 5; i++) {
      await expect(cloud.connect('north', `guess ${i}`)).rejects.toThrow(/Bad username or password/);
    }
    await expect(cloud.connect('north', 'guess 6')).rejects.toThrow(/Server unavailable/);
    await cloud.connect('south', 'a password of gateway south');
    expect(await cloud.metric('harbinger_ingest_throttled_logins_total')).toContain(
      'harbinger_ingest_throttled_logins_total 1',
    );
  });

  it('keeps a gateway’s connection when another gateway uses the same client id', async () => {
    const north = await cloud.connect();
    const { options } = north;
    const south = (await import('mqtt')).default.connect(`mqtt://127.0.0.1:${cloud.port}`, {
      clientId: options.clientId!,
      username: 'south',
      password: 'a password of gateway south',
      reconnectPeriod: 0,
    });
    await new Promise<void>((resolve) => south.once('connect', () => resolve()));
    expect(await publish(north, readings, frameOf([[readingLine(1)]]))).toBe('acked');
    south.end(true);
  });
});

describe('rights of a gateway', () => {
  it('exclude other gateways’ topics, foreign topics, QoS 0 and retained batches, which close the connection', async () => {
    const frame = frameOf([[readingLine(1)]]);
    for (const topic of [
      uplinkTopic('south', 'readings'),
      'telemetry/leeds/pump-1',
      'harbinger/v1/north/down/x',
    ]) {
      expect(await publish(await cloud.connect(), topic, frame)).toBe('closed');
    }
    const client = await cloud.connect();
    const closed = new Promise<void>((resolve) => client.once('close', () => resolve()));
    client.publish(readings, frame, { qos: 0 });
    await closed;
    expect(cloud.store.lines.size).toBe(0);
  });

  it('include a subscription to its own downlink only', async () => {
    const client = await cloud.connect();
    const granted = await client.subscribeAsync('harbinger/v1/north/down/#', { qos: 1 });
    expect(granted[0]?.qos).toBe(1);
    for (const filter of ['#', 'harbinger/v1/south/down/#', 'harbinger/v1/+/down/#', '$SYS/#']) {
      await expect(client.subscribeAsync(filter)).rejects.toThrow();
    }
  });

  it('exclude packets over the limit, which close the connection before they are buffered', async () => {
    const client = await cloud.connect();
    expect(await publish(client, readings, Buffer.alloc(5 << 20))).toBe('closed');
    await vi.waitFor(async () => {
      expect(await cloud.metric('harbinger_ingest_refused_packets_total')).toContain(
        'harbinger_ingest_refused_packets_total 1',
      );
    }, 30_000);
    expect(await publish(await cloud.connect(), readings, frameOf([[readingLine(1)]]))).toBe('acked');
  });
});

describe('two gateways of one name', () => {
  const linesOf = (machine: string) =>
    frameOf([[readingLine(1, { machine })]], { journal: `00000000000000${machine}` });

  it('can both deliver, and are told apart from a restarted gateway', async () => {
    const [first, second] = [
      await cloud.connect('north', undefined, { clientId: 'gateway-north/1' }),
      await cloud.connect('north', undefined, { clientId: 'gateway-north/2' }),
    ];
    const count = () => cloud.metric('harbinger_ingest_twin_batches_total');
    expect(await publish(second, readings, linesOf('aa'))).toBe('acked');
    expect(await publish(first, readings, linesOf('bb'))).toBe('acked');
    expect(await count()).toContain('harbinger_ingest_twin_batches_total 0');
    cloud.clock.aheadMs = 31_000;
    expect(await publish(second, readings, linesOf('cc'))).toBe('acked');
    expect(await count()).toContain('harbinger_ingest_twin_batches_total 0');
    expect(await publish(first, readings, linesOf('dd'))).toBe('acked');
    expect(await count()).toContain('harbinger_ingest_twin_batches_total 1');
    expect(cloud.said()).toMatch(/two gateways send as 'north'/);
    expect(cloud.store.lines.size).toBe(4);
  });

  it('are not assumed when a gateway reconnects: its older connection is closed', async () => {
    const first = await cloud.connect('north', undefined, { clientId: 'gateway-north/1' });
    const closed = new Promise<void>((resolve) => first.once('close', () => resolve()));
    await cloud.connect('north', undefined, { clientId: 'gateway-north/1' });
    await closed;
  });
});

describe('the greeting', () => {
  it('tells a gateway that it has not reached another broker', async () => {
    const client = await cloud.connect();
    const greeted = new Promise<string>((resolve) => client.once('message', (topic) => resolve(topic)));
    await client.subscribeAsync(greetingTopic('north'));
    expect(await greeted).toBe(greetingTopic('north'));
  });
});

describe('while the store is slow or down', () => {
  it('stores and acknowledges events, and answers pings, while readings wait for the store', async () => {
    let open = () => {};
    cloud.store.gates.set(
      'readings',
      new Promise((resolve) => {
        open = resolve;
      }),
    );
    const client = await cloud.connect();
    const outcomes: string[] = [];
    const slow = [1, 2, 3, 4].map((seq) =>
      publish(client, readings, frameOf([[readingLine(seq)]], { firstSeq: seq })).then(() =>
        outcomes.push('readings'),
      ),
    );
    const estimate = 'estimate,gateway=north,machine=pump-1,site=leeds health=0.5 1700000000000000000';
    await publish(client, uplinkTopic('north', 'estimates'), frameOf([[estimate]], { lane: 'estimates' }));
    outcomes.push('estimates');
    const pong = new Promise((resolve) =>
      client.on('packetreceive', (packet) => packet.cmd === 'pingresp' && resolve(1)),
    );
    client.sendPing();
    await pong;
    expect(outcomes).toEqual(['estimates']);
    open();
    await Promise.all(slow);
    expect(cloud.store.lines.size).toBe(5);
  });

  it('withholds the acknowledgement until the store is up again', async () => {
    cloud.store.away = true;
    const client = await cloud.connect();
    const acked = publish(client, readings, frameOf([[readingLine(1)]]));
    await vi.waitFor(async () => {
      const [line = ''] = await cloud.metric('harbinger_ingest_store_retries_total');
      expect(Number(line.split(' ')[1])).toBeGreaterThan(1);
    }, 30_000);
    expect(cloud.store.lines.size).toBe(0);
    cloud.store.away = false;
    expect(await acked).toBe('acked');
    expect(cloud.store.lines.size).toBe(1);
  });

  it('closes the connection at its time limit, stores nothing that follows a lost batch, and completes on the resend', async () => {
    await cloud.stop();
    cloud = await startIngest({ storeWaitMsMax: 300 });
    cloud.store.away = true;
    const client = await cloud.connect();
    const outcomes = await Promise.all(
      [1, 2, 3].map((seq) => publish(client, readings, frameOf([[readingLine(seq)]], { firstSeq: seq }))),
    );
    expect(outcomes).toEqual(['closed', 'closed', 'closed']);
    expect(cloud.operations.watermarks.get('north', journal, 'readings')).toBe(0);
    cloud.store.away = false;
    const again = await cloud.connect();
    expect(
      await publish(again, readings, frameOf([[readingLine(1)], [readingLine(2)], [readingLine(3)]])),
    ).toBe('acked');
    expect(cloud.store.lines.size).toBe(3);
  });
});

describe('a listener with TLS and password hashes', () => {
  it('names the file that it cannot use, and the setting', async () => {
    const tls = { certFile: '/nowhere/cert.pem', keyFile: '/nowhere/key.pem' };
    await expect(startIngest({ tls })).rejects.toMatchObject({
      code: 'INGEST_TLS_FILES',
      message: expect.stringContaining('ingest.tls.certFile names /nowhere/cert.pem: there is no such file'),
    });
  });

  it.skipIf(noOpenssl !== null)(
    'accepts the right password over TLS, and no plain-text connection (needs openssl)',
    async () => {
      await cloud.stop();
      const folder = mkdtempSync(join(tmpdir(), 'harbinger-tls-'));
      const keyFile = join(folder, 'key.pem');
      const certFile = join(folder, 'cert.pem');
      const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
      makeCertificate(certFile, keyFile, ...subject);
      const passwordHash = await hashPassword('a password that is hashed');
      cloud = await startIngest({ tls: { certFile, keyFile }, gateways: [{ id: 'north', passwordHash }] });
      const ca = readFileSync(certFile);
      const client = await cloud.connect('north', 'a password that is hashed', { protocol: 'mqtts', ca });
      expect(await publish(client, readings, frameOf([[readingLine(1)]]))).toBe('acked');
      await expect(cloud.connect('north', 'wrong', { protocol: 'mqtts', ca })).rejects.toThrow(
        /Bad username/,
      );
      await expect(
        cloud.connect('north', 'a password that is hashed', { connectTimeout: 1_000 }),
      ).rejects.toThrow();
      rmSync(folder, { recursive: true });
    },
  );
});
