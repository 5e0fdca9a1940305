import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { SerialPortMock } from 'serialport';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { noTerminals, plugTerminal } from '../../../test/support/terminal.ts';
import type { MessageIntake, RawMessage, Settle } from '../../ports/source.ts';
import { SerialConfig } from './config.ts';
import type { PortOpener } from './port.ts';
import { createSerialSource, type SerialSource } from './serial.ts';

const until = (check: () => void) => vi.waitFor(check, { timeout: 20_000, interval: 5 });
const sources: SerialSource[] = [];
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  await Promise.all(sources.splice(0).map((source) => source.stop()));
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

function configOf(...ports: object[]): SerialConfig {
  return compileValidator(SerialConfig)({ ports }, (problem) => new Error(problem));
}

async function start(ports: object[], intake: MessageIntake, open?: PortOpener, logged: string[] = []) {
  const log = silentLog.child({}, { level: 'info' });
  for (const level of ['info', 'warn'] as const)
    log[level] = (_: unknown, text = '') => void logged.push(text);
  const deps = { intake, clock: { ...systemClock, setTimer: fastTimer }, random: seededRandom(1), log };
  const source = createSerialSource(configOf(...ports), deps, open);
  sources.push(source);
  await source.start();
  return source;
}

/** Waits of seconds are part of the behaviour, but not of the duration of the test. */
const fastTimer: typeof systemClock.setTimer = (delayMs, fn) => systemClock.setTimer(delayMs / 50, fn);

class Collector implements MessageIntake {
  readonly messages: RawMessage[] = [];
  readonly held: ((error?: Error) => void)[] = [];
  holding = false;
  failing = 0;
  /** The line that can never be stored. */
  refuses = '';

  accept(message: RawMessage, settled: Settle, ticket = 0): void {
    if (this.failing > 0) {
      this.failing -= 1;
      return void setImmediate(settled, new Error('disk full'), ticket);
    }
    if (String(message.payload) === this.refuses)
      return void setImmediate(settled, new HarbingerError('TOO_LARGE', 'journal', 'too large'), ticket);
    this.messages.push({ ...message, payload: Buffer.from(message.payload) });
    if (this.holding) this.held.push((error) => settled(error, ticket));
    else setImmediate(settled, undefined, ticket);
  }

  get texts(): string[] {
    return this.messages.map(({ payload }) => String(payload));
  }
}

/** A port opener backed by streams: each opening takes the next one, or fails if there is none. */
function pretend(...devices: (PassThrough | null)[]): PortOpener {
  return async () => {
    const stream = devices.shift();
    if (!stream) throw new Error('no such device');
    const gone = new Promise<string>((resolve) => stream.once('unplug', () => resolve('unplugged')));
    return { stream, gone, close: async () => undefined };
  };
}

const scale = { path: '/dev/scale', site: 'north', machine: 'press-1', discardFirst: false };

describe('serial lines', () => {
  it('become messages on their topic', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    await start([scale], intake, pretend(device));
    device.write('{"pressure":1.5}\r\n2');
    device.write('.5\n');
    await until(() => expect(intake.texts).toEqual(['{"pressure":1.5}', '2.5']));
    expect(intake.messages[0]).toMatchObject({
      topic: 'telemetry/north/press-1',
      client: '/dev/scale',
      resend: false,
    });
  });

  it('are converted from latin1 to UTF-8, and may have another delimiter', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    await start([{ ...scale, encoding: 'latin1', delimiter: ';' }], intake, pretend(device));
    device.write(Buffer.from('21 °C;', 'latin1'));
    await until(() => expect(intake.texts).toEqual(['21 °C']));
  });

  it('that are too long are marked, so that every format refuses them, and counted', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    const source = await start([{ ...scale, lineBytesMax: 8 }], intake, pretend(device));
    device.write(`${'x'.repeat(100)}\nok\n`);
    await until(() => expect(intake.texts).toEqual(['xxxxxxxx [cut at lineBytesMax, 8 bytes]', 'ok']));
    expect(source.stats()).toMatchObject([{ lines: 2, truncated: 1, open: true }]);
  });

  it('are not read while the intake is full, and none is lost', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    intake.holding = true;
    await start([scale], intake, pretend(device));
    for (let i = 0; i < 5_000; i++) device.write(`${i}\n`);
    await until(() => expect(intake.messages.length).toBeGreaterThanOrEqual(100));
    await until(() => expect(device.isPaused()).toBe(true));
    intake.holding = false;
    for (const settled of intake.held.splice(0)) settled();
    await until(() => expect(intake.texts).toEqual(Array.from({ length: 5_000 }, (_, i) => `${i}`)));
  });

  it('that could not be stored are retried until they are', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    intake.failing = 3;
    const source = await start([scale], intake, pretend(device));
    device.write('1\n');
    await until(() => expect(intake.texts).toEqual(['1']));
    expect(intake.messages[0]!.resend).toBe(true);
    expect(source.stats()[0]!.retried).toBe(3);
  });

  it('that can never be stored are given up', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    intake.refuses = 'bad';
    const source = await start([scale], intake, pretend(device));
    device.write('bad\nok\n');
    await until(() => expect(intake.texts).toEqual(['ok']));
    await until(() => expect(source.stats()[0]).toMatchObject({ givenUp: 1, retried: 0 }));
  });

  it('a missing or unplugged device is found when it is plugged in, and each change is logged once', async () => {
    const intake = new Collector();
    const [first, second] = [new PassThrough(), new PassThrough()];
    const logged: string[] = [];
    const source = await start([scale], intake, pretend(null, null, null, first, null, second), logged);
    first.write('1\n');
    await until(() => expect(intake.texts).toEqual(['1']));
    first.emit('unplug');
    second.write('2\n');
    await until(() => expect(intake.texts).toEqual(['1', '2']));
    const told = logged.map((text) => text.replace(/.*retried: /, ''));
    expect(told).toEqual([
      'no such device',
      'serial port is open',
      'unplugged',
      'no such device',
      'serial port is open',
    ]);
    expect(source.stats()[0]).toMatchObject({ open: true, reopened: 5 });
  });

  it('stop() is quick while a device is missing, and waits for lines that are being stored', async () => {
    const [intake, device] = [new Collector(), new PassThrough()];
    intake.holding = true;
    const source = await start(
      [scale, { ...scale, path: '/dev/none', machine: 'press-2' }],
      intake,
      pretend(device),
    );
    device.write('1\n');
    await until(() => expect(intake.texts).toEqual(['1']));
    const stopped = source.stop();
    intake.held[0]!();
    await stopped;
    device.write('2\n');
    expect(intake.texts).toEqual(['1']);
  });

  it.each([
    [{ path: 'x' }, /topic has \{site\}; set site.*topic has \{machine\}; set machine/s],
    [{ path: 'x', topic: 'telemetry/#' }, /is 'telemetry\/#', which is not a topic/],
    [{ path: 'x', topic: '/a' }, /is '\/a', which is not a topic/],
    [{ path: 'x', topic: 'a/{sensor}' }, /\{sensor\}, which is neither \{site\} nor \{machine\}/],
  ])('refuses the port %j', (port, problem) => {
    const deps = { intake: new Collector(), clock: systemClock, random: seededRandom(1), log: silentLog };
    expect(() => createSerialSource(configOf(port), deps)).toThrow(problem);
    expect(() => createSerialSource(configOf(scale, scale), deps)).toThrow(
      /is taken by serial.ports\[0\].path/,
    );
  });
});

describe("serialport's own stream", () => {
  it('over its mock binding', async () => {
    SerialPortMock.binding.reset();
    SerialPortMock.binding.createPort('/dev/mock');
    const intake = new Collector();
    let opened: SerialPortMock | undefined;
    await start([{ ...scale, path: '/dev/mock', discardFirst: true }], intake, ({ path, baudRate }) => {
      const stream = new SerialPortMock({ path, baudRate, autoOpen: false });
      opened = stream;
      const gone = new Promise<string>((resolve) => stream.once('close', () => resolve('closed')));
      const close = () => new Promise<void>((done) => (stream.isOpen ? stream.close(() => done()) : done()));
      return new Promise((resolve, reject) =>
        stream.open((error) => (error ? reject(error) : resolve({ stream, gone, close }))),
      );
    });
    await until(() => expect(opened?.isOpen).toBe(true));
    opened!.port!.emitData('torn\n1\n2\n');
    await until(() => expect(intake.texts).toEqual(['1', '2']));
  });
});

describe.skipIf(noTerminals !== null)(
  'a real port (needs `script` of util-linux for a pseudo terminal)',
  () => {
    const plug = async (link: string) => {
      const terminal = await plugTerminal(link);
      cleanups.push(() => terminal.unplug());
      return terminal;
    };

    it('is read, survives unplugging, and is read again', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'harbinger-serial-'));
      cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
      const link = join(folder, 'device');
      const intake = new Collector();
      const logged: string[] = [];
      const source = await start([{ ...scale, path: link }], intake, undefined, logged);
      await until(() => expect(logged.length).toBe(1)); // not there yet
      let device = await plug(link);
      await until(() => expect(source.stats()[0]!.open).toBe(true));
      device.write('{"x":1}\n2.5\n');
      await until(() => expect(intake.texts).toEqual(['{"x":1}', '2.5']));
      await device.unplug();
      await until(() => expect(source.stats()[0]!.open).toBe(false));
      device = await plug(link);
      await until(() => expect(source.stats()[0]!.open).toBe(true));
      device.write('3\n');
      await until(() => expect(intake.texts.at(-1)).toBe('3'));
    });
  },
);
