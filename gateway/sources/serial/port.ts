import type { Readable } from 'node:stream';
import { type BackoffOptions, backoffMs } from '../../../shared/runtime/backoff.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Random } from '../../../shared/runtime/random.ts';
import type { Intake } from '../../ports/source.ts';
import type { SerialPortConfig } from './config.ts';
import { type Line, Lines } from './lines.ts';
import type { PortStats } from './statistics.ts';

/** An open device. */
export interface OpenPort {
  readonly stream: Readable;
  /** Resolves, with a word about why, when the device is gone. */
  readonly gone: Promise<string>;
  close(): Promise<void>;
}

export type PortOpener = (config: SerialPortConfig) => Promise<OpenPort>;

export interface SerialDeps {
  intake: Intake;
  clock: Clock;
  random: Random;
  log: Log;
}

const reopen: BackoffOptions = { firstMs: 500, maxMs: 15_000 };
const retry: BackoffOptions = { firstMs: 200, maxMs: 10_000 };
/** Lines on their way to the disk; while there are so many, the device is not read. */
const pendingMax = 100;

const cutMark = (bytesMax: number) => Buffer.from(` [cut at lineBytesMax, ${bytesMax} bytes]`);

/**
 * One device's life: opened, read line by line, and opened again whenever it goes, for ever. Serial lines have no
 * acknowledgement, so a line that could not be stored is handed in again until it is; meanwhile the port is not read,
 * and what the system's own buffer cannot hold is lost unless flow control holds the device back.
 */
export class SerialLine {
  readonly stats: PortStats;
  private readonly config: SerialPortConfig;
  private readonly topic: string;
  private readonly deps: SerialDeps;
  private readonly open: PortOpener;
  private pending = 0;
  private stream: Readable | null = null;
  private whenIdle: (() => void) | null = null;

  constructor(config: SerialPortConfig, topic: string, deps: SerialDeps, open: PortOpener) {
    this.config = config;
    this.topic = topic;
    this.deps = deps;
    this.open = open;
    this.stats = { path: config.path, open: false, lines: 0, truncated: 0, retried: 0, reopened: 0 };
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
        // A device that stays for a while starts afresh; one that goes at once does not make us spin.
        if (clock.monotonicMs() - openedMs > reopen.maxMs) attempt = 0;
      } catch (error) {
        problem = messageOf(error);
      }
      if (signal.aborted) return;
      if (problem !== told) log.warn({ port }, `serial port is closed, and will be tried again: ${problem}`);
      told = problem;
      await sleep(clock, backoffMs(attempt++, reopen, random), signal);
      this.stats.reopened += 1;
    }
  }

  private async read(device: OpenPort, signal: AbortSignal): Promise<string> {
    const lines = new Lines(this.config);
    const { stream } = device;
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
    // What was read while the port was paused.
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
    // No format takes the mark: the beginning of a line would be read as a line with other values.
    const payload = truncated ? Buffer.concat([text, cutMark(this.config.lineBytesMax)]) : text;
    const message = {
      topic: this.topic,
      payload,
      client: path,
      receivedMs: this.deps.clock.nowMs(),
      resend: false,
    };
    this.pending += 1;
    const hand = (attempt: number): void =>
      this.deps.intake.accept({ ...message, resend: attempt > 0 }, (error) => {
        if (!error || signal.aborted) return this.settled();
        this.stats.retried += 1;
        sleep(this.deps.clock, backoffMs(attempt, retry, this.deps.random), signal).then(() =>
          hand(attempt + 1),
        );
      });
    hand(0);
  }

  private settled(): void {
    this.pending -= 1;
    if (this.pending <= pendingMax / 2) this.stream?.resume();
    if (this.pending === 0) this.whenIdle?.();
  }

  /** Resolves when all lines that were read have settled. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.pending === 0) resolve();
      else this.whenIdle = resolve;
    });
  }
}
