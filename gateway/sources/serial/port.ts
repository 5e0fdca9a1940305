import type { Readable } from 'node:stream';
import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { isFinal, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import { rateLimit } from '../../../shared/runtime/rate-limit.ts';
import type { MessageIntake } from '../../ports/source.ts';
import type { SerialPortConfig } from './config.ts';
import { type Line, Lines } from './lines.ts';
import type { PortStats } from './statistics.ts';

/** An open device. */
export interface OpenPort {
  readonly stream: Readable;
  /** Resolves with the reason when the device is gone. */
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export type PortOpener = (config: SerialPortConfig) => Promise<OpenPort>;

export interface SerialDeps {
  intake: MessageIntake;
  clock: Clock;
  random: Random;
  log: Log;
}

const reopen: BackoffOptions = { firstMs: 500, maxMs: 15_000 };
const retry: BackoffOptions = { firstMs: 200, maxMs: 10_000 };
/** Limit of lines on their way to the disk; at this limit the device is not read. */
const pendingMax = 100;
const warnMsMin = 10_000;

/** Number of the next opening of a port. MQTT connections have numbers below these. */
let nextOpening = 2 ** 31;

const cutMark = (bytesMax: number) => Buffer.from(` [cut at lineBytesMax, ${bytesMax} bytes]`);

/**
 * Handles one device for as long as the gateway runs: opens it, reads it line by line, and reopens it whenever it
 * disappears. Serial lines have no acknowledgement, so a line that could not be stored is retried until it is, or
 * given up if it never can be;
 * meanwhile the port is not read, and data beyond the system's own buffer are lost unless flow control stops the
 * device.
 */
export class SerialLine {
  readonly stats: PortStats;
  private readonly config: SerialPortConfig;
  private readonly topic: string;
  private readonly deps: SerialDeps;
  private readonly open: PortOpener;
  private pending = 0;
  private opening = 0;
  private stream: Readable | null = null;
  private whenIdle: (() => void) | null = null;
  private readonly mayWarn: () => boolean;

  constructor(config: SerialPortConfig, topic: string, deps: SerialDeps, open: PortOpener) {
    this.config = config;
    this.topic = topic;
    this.deps = deps;
    this.open = open;
    this.mayWarn = rateLimit(deps.clock, warnMsMin);
    this.stats = {
      path: config.path,
      open: false,
      lines: 0,
      truncated: 0,
      retried: 0,
      givenUp: 0,
      reopened: 0,
    };
  }

  /** Runs until `signal` aborts. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const { clock, random, log } = this.deps;
    const port = this.config.path;
    let told = '';
    let attempt = 0;
    while (!signal.aborted) {
      let problem: string;
      try {
        const device = await this.open(this.config);
        const openedMs = clock.monotonicMs();
        this.stats.open = true;
        told = '';
        log.info({ port, topic: this.topic }, 'serial port is open');
        problem = await this.read(device, signal);
        this.stats.open = false;
        // After a device has stayed open for a while, the back-off restarts; one that fails at once does not cause a
        // busy loop.
        if (clock.monotonicMs() - openedMs > reopen.maxMs) attempt = 0;
      } catch (error) {
        problem = messageOf(error);
      }
      if (signal.aborted) return;
      if (problem !== told)
        log.warn({ port }, `serial port is closed, and opening it will be retried: ${problem}`);
      told = problem;
      await sleep(clock, backoffMs(attempt++, reopen, random), signal);
      this.stats.reopened += 1;
    }
  }

  private async read(device: OpenPort, signal: AbortSignal): Promise<string> {
    const lines = new Lines(this.config);
    const { stream } = device;
    this.opening = nextOpening++;
    this.stream = stream;
    const onData = (chunk: Buffer) => {
      for (const line of lines.push(chunk)) this.take(line, signal);
      if (this.pending >= pendingMax) stream.pause();
    };
    stream.on('data', onData);
    if (this.pending >= pendingMax) stream.pause();
    const stopped = new Promise<string>((resolve) => {
      if (signal.aborted) resolve('stopping');
      signal.addEventListener('abort', () => resolve('stopping'), { once: true });
    });
    const reason = await Promise.race([device.gone, stopped]);
    stream.off('data', onData);
    this.stream = null;
    await device.close();
    // Data that were read while the port was paused.
    for (let chunk = stream.read(); chunk !== null; chunk = stream.read()) onData(chunk);
    return reason;
  }

  private take({ bytes, truncated }: Line, signal: AbortSignal): void {
    const { delimiter, encoding, path } = this.config;
    const line = delimiter === '\n' && bytes.at(-1) === 0x0d ? bytes.subarray(0, -1) : bytes;
    if (line.length === 0) return;
    this.stats.lines += 1;
    if (truncated) this.stats.truncated += 1;
    const text = encoding === 'latin1' ? Buffer.from(line.toString('latin1')) : line;
    // The mark makes every format refuse the line: otherwise its beginning would be read as a line with other values.
    const payload = truncated ? Buffer.concat([text, cutMark(this.config.lineBytesMax)]) : text;
    const message = {
      topic: this.topic,
      payload,
      client: path,
      receivedMs: this.deps.clock.nowMs(),
      resend: false,
      connection: this.opening,
    };
    this.pending += 1;
    const hand = (attempt: number): void =>
      this.deps.intake.accept({ ...message, resend: attempt > 0 }, (error) => {
        if (!error || signal.aborted) return this.settled();
        if (isFinal(error)) return this.giveUp(error);
        this.stats.retried += 1;
        sleep(this.deps.clock, backoffMs(attempt, retry, this.deps.random), signal).then(() =>
          hand(attempt + 1),
        );
      });
    hand(0);
  }

  /** Leaves out a line that can never be stored: it would hold up the others. */
  private giveUp(error: Error): void {
    const { stats } = this;
    stats.givenUp += 1;
    const about = { port: this.config.path, count: stats.givenUp, problem: error.message };
    if (this.mayWarn()) this.deps.log.error(about, 'a line that can never be stored was given up');
    this.settled();
  }

  private settled(): void {
    this.pending -= 1;
    if (this.pending <= pendingMax / 2) this.stream?.resume();
    if (this.pending === 0) this.whenIdle?.();
  }

  /** Resolves when all lines read so far have settled. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.pending === 0) resolve();
      else this.whenIdle = resolve;
    });
  }
}
