import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { TestBroker } from '../../test/load/test-broker.ts';
import { lateStart, PlantMachine } from './machine.ts';
import { runPlantCommand } from './main.ts';
import { demonstrationCycles, type PlantEvent, type PlantOptions, runPlant } from './plant.ts';
import { SendBuffer } from './send-buffer.ts';
import { loadState, saveState } from './state-file.ts';

let broker: TestBroker;
let folder: string;
let events: PlantEvent[];
let stop: AbortController;
let running: Promise<void>;

beforeEach(async () => {
  broker = new TestBroker();
  await broker.start();
  folder = await mkdtemp(join(tmpdir(), 'plant-'));
  events = [];
  stop = new AbortController();
  running = Promise.resolve();
});

afterEach(async () => {
  stop.abort();
  await running.catch(() => {});
  await broker.crash();
  await rm(folder, { recursive: true, force: true });
});

function start(options: Partial<PlantOptions> = {}): void {
  running = runPlant(
    {
      mqttUrl: `mqtt://127.0.0.1:${broker.port}`,
      machines: 2,
      rateHz: 100,
      site: 'hall',
      seed: 7,
      startRemainingCycles: [20, 150],
      downtimeMs: 30,
      onEvent: (event) => events.push(event),
      ...options,
    },
    stop.signal,
  );
}

function messages(topic: string): Record<string, unknown>[] {
  return broker.received
    .filter((message) => message.topic === topic)
    .map((message) => JSON.parse(message.payload) as Record<string, unknown>);
}

const noConnection =
  /no connection to mqtt:\/\/127\.0\.0\.1:\d+ for \d+ s \(.*ECONNREFUSED.*\): start the gateway there, or give its address/;

describe('the virtual plant', () => {
  it('reports messages that it could not send as waiting at the end', async () => {
    start();
    await vi.waitFor(() => expect(broker.received.length).toBeGreaterThan(5), 30_000);
    await broker.crash();
    const status = () => events.findLast((event) => event.kind === 'status');
    await vi.waitFor(() => expect(status()?.buffered).toBeGreaterThan(40), 30_000);
    stop.abort();
    await running;
    const { taken, acked, buffered, dropped } = status()!;
    expect(dropped).toBe(0);
    expect(acked + buffered).toBeGreaterThanOrEqual(taken);
  });

  it('publishes readings, lets a machine fail at the end of its life, and replaces it', async () => {
    start();
    await vi.waitFor(() => expect(messages('lifecycle/hall/pump-1')).toHaveLength(2), 30_000);
    const taken = () => messages('telemetry/hall/pump-1').length;
    await vi.waitFor(() => expect(taken()).toBeGreaterThan(25), 30_000);
    expect(messages('lifecycle/hall/pump-1').map((message) => message.state)).toEqual(['failed', 'replaced']);
    const ofPump = broker.received.filter(({ topic }) => topic.endsWith('/pump-1'));
    expect(ofPump.findIndex(({ topic }) => topic.startsWith('lifecycle'))).toBe(20);
    const readings = messages('telemetry/hall/pump-1');
    expect(readings.map((reading) => reading.seq)).toEqual(readings.map((_, i) => i + 1));
    const sensors = loadMachineTypes()
      .get('pump')!
      .sensors.map((sensor) => sensor.name);
    expect(Object.keys(readings[0]!)).toEqual(['seq', 'ts', ...sensors]);
    expect(events.filter((event) => event.kind !== 'status').map((event) => event.kind)).toEqual([
      'failed',
      'replaced',
    ]);
  });

  it('buffers its readings while the gateway is unreachable, and sends them afterwards', async () => {
    start();
    await vi.waitFor(() => expect(messages('telemetry/hall/pump-2').length).toBeGreaterThan(5), 30_000);
    await broker.crash();
    const status = () => events.filter((event) => event.kind === 'status').at(-1);
    await vi.waitFor(() => expect(status()?.buffered).toBeGreaterThan(20), 30_000);
    await vi.waitFor(() => expect(status()?.outage).toMatch(noConnection), 30_000);
    await broker.start();
    await vi.waitFor(() => expect(messages('telemetry/hall/pump-2').length).toBeGreaterThan(100), 20_000);
    stop.abort();
    await running;
    const numbers = [...new Set(messages('telemetry/hall/pump-2').map((reading) => Number(reading.seq)))];
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(status()).toMatchObject({ buffered: 0, dropped: 0, outage: null });
  });

  it('continues with the same ages after a restart', async () => {
    const stateFile = join(folder, 'plant.json');
    start({ stateFile });
    await vi.waitFor(() => expect(messages('telemetry/hall/pump-2').length).toBeGreaterThan(10), 30_000);
    stop.abort();
    await running;
    const sent = messages('telemetry/hall/pump-2').length;
    const before = loadState(stateFile, 7).get('pump-2')!;
    expect(before.seq).toBe(sent + 1);
    stop = new AbortController();
    start({ stateFile });
    await vi.waitFor(
      () => expect(messages('telemetry/hall/pump-2').length).toBeGreaterThan(sent + 5),
      30_000,
    );
    const numbers = messages('telemetry/hall/pump-2').map((reading) => Number(reading.seq));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  it('ends with an error when the gateway refuses it', async () => {
    broker.refuse = true;
    start();
    await expect(running).rejects.toMatchObject({ code: 'MQTT_REFUSED' });
  });

  it('says why nothing arrives, and ends if there was never a connection', async () => {
    await broker.crash();
    start({ firstPatienceMs: 1_500 });
    await expect(running).rejects.toMatchObject({
      code: 'MQTT_UNREACHABLE',
      message: expect.stringMatching(noConnection),
    });
    const lines: string[] = [];
    const options = { mqttUrl: `mqtt://127.0.0.1:${broker.port}`, rate: 50, machines: 1 };
    running = runPlantCommand(options, stop.signal, (line) => lines.push(line));
    await vi.waitFor(() => expect(lines.join()).toMatch(noConnection), 30_000);
    expect(lines[0]).toMatch(/\[MQTT_UNREACHABLE\]$/);
  });

  it('runs as a command that prints its events', async () => {
    const lines: string[] = [];
    const options = { mqttUrl: `mqtt://127.0.0.1:${broker.port}`, rate: 50, machines: 1, site: 'hall' };
    running = runPlantCommand(options, stop.signal, (line) => lines.push(line));
    await vi.waitFor(() => expect(lines.join()).toContain('next to fail: pump-1'), 30_000);
    stop.abort();
    await running;
    await expect(runPlantCommand({ site: 'a b' }, stop.signal)).rejects.toMatchObject({ code: 'USAGE' });
  });
});

describe('a machine of the plant', () => {
  it('is the same for the same seed, and has the requested remaining life', () => {
    const machine = () => new PlantMachine(3, 1, lateStart(3, 1, 'pump-2', 250));
    const [one, two] = [machine(), machine()];
    expect(one.remainingCycles).toBe(250);
    expect(one.read(1)).toBe(two.read(1));
    expect(machine().lifeCycles).toBe(one.lifeCycles);
    one.replace();
    expect(one.state).toMatchObject({ cycle: 0, seq: 2 });
  });

  it('can start as late as the demonstration requires, with any seed', () => {
    for (const seed of [1, 2, 3]) {
      demonstrationCycles.forEach((cycles, index) => {
        expect(new PlantMachine(seed, index, lateStart(seed, index, 'p', cycles)).remainingCycles).toBe(
          cycles,
        );
      });
    }
  });
});

describe('the buffer of a sensor', () => {
  it('drops the oldest reading when full, never an event of the machine', async () => {
    const sendBuffer = new SendBuffer(3);
    const message = (payload: string, reading = true) => ({ topic: 't', payload, reading });
    sendBuffer.put(message('failed', false));
    for (const payload of ['1', '2', '3', '4']) sendBuffer.put(message(payload));
    expect(sendBuffer.dropped).toBe(2);
    const { signal } = new AbortController();
    const kept = [
      await sendBuffer.take(signal),
      await sendBuffer.take(signal),
      await sendBuffer.take(signal),
    ];
    expect(kept.map((item) => item?.payload)).toEqual(['failed', '3', '4']);
  });

  it('never reuses a sequence number after a crash', () => {
    const file = join(folder, 'state.json');
    saveState(file, 1, [{ machine: 'p', life: 0, cycle: 5, seq: 6 }], false);
    expect(loadState(file, 1).get('p')!.seq).toBeGreaterThan(1_000);
    expect(loadState(file, 2).size).toBe(0);
  });
});
