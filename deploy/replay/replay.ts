/**
 * Replay of recorded history (deploy/replay): publishes it over MQTT as sensors would; each row becomes a
 * reading of its machine and is acknowledged by the gateway. A new file format is a new `Recording` here.
 * publisher.ts is also the MQTT client of the virtual plant and of the demonstration's compressor.
 */
import { type Clock, every, holdProcess, systemClock } from '../../shared/runtime/clock.ts';
import { cmapssRecording, indexCmapss, looksLikeCmapss } from './cmapss.ts';
import { csvRecording } from './csv.ts';
import { type FileFacts, scanFile } from './file-scan.ts';
import {
  authorityOf,
  type FullReplayOptions,
  fullOptions,
  machineTypeOf,
  type ReplayOptions,
  replayNonce,
  wrong,
} from './options.ts';
import { Pacer } from './pace.ts';
import { Publisher } from './publisher.ts';
import { type RecordedRow, type Recording, Tally } from './recording.ts';

/** Result of a replay. Each row that was read was either sent or is counted under `skipped`. */
export interface ReplaySummary {
  file: string;
  digest: string;
  /** MQTT client id, under which the gateway lists what became dead letters. */
  clientId: string;
  /** False if it was stopped before the end; acknowledgements of sent messages were still awaited. */
  complete: boolean;
  rowsRead: number;
  sent: number;
  acked: number;
  /** Number of messages resent after a lost connection. The gateway recognises them by their id. */
  resent: number;
  reconnects: number;
  /** Number of rows left out, by reason. */
  skipped: Record<string, number>;
  /** Number of cells that are not numbers, by column; the rest of their rows was sent. */
  badCells: Record<string, number>;
  machines: number;
  failuresAnnounced: number;
  seconds: number;
}

export interface ReplayProgress {
  sent: number;
  acked: number;
  connected: boolean;
  /** Share of the file's rows, 0 … 1. */
  done: number;
  secondsLeft: number | null;
}

/** Callbacks that show notes and progress to the user. */
export interface ReplayOutput {
  note(text: string): void;
  /** Called four times a second. */
  progress(progress: ReplayProgress): void;
}

const progressMs = 250;
/** How long to wait after an abort for the acknowledgements of messages in flight. */
const drainAfterAbortMs = 5_000;

/**
 * Runs a replay.
 * @throws HarbingerError USAGE, REPLAY_FILE, MACHINE_TYPE_INVALID, MQTT_REFUSED, MQTT_UNREACHABLE,
 * MQTT_NOT_ACKNOWLEDGED
 */
export async function runReplay(
  options: ReplayOptions,
  output: ReplayOutput,
  signal: AbortSignal,
  clock: Clock = systemClock,
): Promise<ReplaySummary> {
  const full = fullOptions(options);
  const tally = new Tally();
  const { recording, facts } = await openRecording(full, tally);
  if (full.timestamps === 'original') await checkTimes(full, clock);
  for (const note of recording.notes) output.note(note);
  const run = new ReplayRun(full, recording, facts, tally, output, clock);
  return await run.run(signal);
}

async function openRecording(
  options: FullReplayOptions,
  tally: Tally,
): Promise<{ recording: Recording; facts: FileFacts }> {
  const type = machineTypeOf(options);
  const facts = await scanFile(options.file);
  const format = options.format ?? (looksLikeCmapss(facts.head) ? 'cmapss' : 'csv');
  if (format === 'csv') return { recording: await csvRecording(facts, type, options, tally), facts };
  const index = await indexCmapss(options.file);
  return { recording: cmapssRecording(index.engines, type, options, tally), facts };
}

const dayMs = 86_400_000;

/**
 * Reads the file once before the first row is sent: a gateway gives a time that is too far behind that of arrival, without
 * an error, so that half of a history would be that of another day. @throws HarbingerError USAGE
 */
async function checkTimes(options: FullReplayOptions, clock: Clock): Promise<void> {
  const { recording } = await openRecording(options, new Tally());
  let oldestMs = Number.POSITIVE_INFINITY;
  for await (const { timeMs } of recording.rows())
    if (timeMs !== null && timeMs < oldestMs) oldestMs = timeMs;
  const days = (clock.nowMs() - oldestMs) / dayMs;
  if (!(days > options.behindDaysMax)) return;
  const needed = Math.ceil(days) + 1;
  throw wrong(
    `the oldest row is ${Math.ceil(days)} days old, and the gateway keeps times of the last ${options.behindDaysMax} days only: ` +
      `set behindMsMax = ${needed * dayMs} under [timestamps] of the gateway, restart it, and say --behind-days ${needed}; or use --timestamps now`,
  );
}

class ReplayRun {
  readonly #options: FullReplayOptions;
  readonly #recording: Recording;
  readonly #facts: FileFacts;
  readonly #tally: Tally;
  readonly #output: ReplayOutput;
  readonly #clock: Clock;
  readonly #publisher: Publisher;
  readonly #identity: string;
  readonly #clientId: string;
  #sent = 0;
  #acked = 0;
  #failures = 0;
  #startedAtMs = 0;
  #allRead = false;

  constructor(
    options: FullReplayOptions,
    recording: Recording,
    facts: FileFacts,
    tally: Tally,
    output: ReplayOutput,
    clock: Clock,
  ) {
    this.#options = options;
    this.#recording = recording;
    this.#facts = facts;
    this.#tally = tally;
    this.#output = output;
    this.#clock = clock;
    this.#identity = options.again ? `${facts.digest}-${replayNonce()}` : facts.digest;
    this.#clientId = `replay-${facts.digest}-${replayNonce()}`;
    this.#publisher = new Publisher({
      url: options.mqttUrl,
      username: options.username,
      password: options.password,
      ca: authorityOf(options),
      clientId: this.#clientId,
      inFlightMax: options.inFlightMax,
      patienceMs: options.patienceMs,
      clock,
    });
  }

  async run(signal: AbortSignal): Promise<ReplaySummary> {
    this.#startedAtMs = this.#clock.monotonicMs();
    this.#publisher.start();
    const held = holdProcess();
    const shown = every(this.#clock, progressMs, () => this.#show());
    try {
      const complete = await this.#sendAll(signal);
      const acked = await this.#drain(signal);
      this.#show();
      return this.#summary(complete && acked);
    } finally {
      shown.cancel();
      held.cancel();
      await this.#publisher.stop();
    }
  }

  /** Sends all rows; resolves to false if `signal` aborted first. */
  async #sendAll(signal: AbortSignal): Promise<boolean> {
    const pacer = new Pacer(this.#options.speed, this.#clock);
    for await (const row of this.#recording.rows()) {
      await pacer.waitFor(row.atS, signal);
      if (signal.aborted || !(await this.#publish(row, signal))) return false;
    }
    this.#allRead = true;
    return true;
  }

  async #publish(row: RecordedRow, signal: AbortSignal): Promise<boolean> {
    const { site, timestamps } = this.#options;
    const id = `${this.#identity}-${row.row}`;
    const time = timestamps === 'original' && row.timeMs !== null ? { ts: Math.round(row.timeMs) } : {};
    const reading = JSON.stringify({ id, ...time, ...row.values });
    const topic = `telemetry/${site}/${row.machine}`;
    if (!(await this.#publisher.publish(topic, reading, signal, () => this.#acked++))) return false;
    this.#sent++;
    this.#tally.machines.add(row.machine);
    if (!row.endOfLife) return true;
    const ending = JSON.stringify({ state: 'failed', id: `${id}-end` });
    this.#failures++;
    return await this.#publisher.publish(`lifecycle/${site}/${row.machine}`, ending, signal);
  }

  async #drain(signal: AbortSignal): Promise<boolean> {
    const patience = new AbortController();
    const hurry = () => this.#clock.setTimer(drainAfterAbortMs, () => patience.abort());
    if (signal.aborted) hurry();
    else signal.addEventListener('abort', hurry, { once: true });
    try {
      return await this.#publisher.drained(patience.signal);
    } finally {
      signal.removeEventListener('abort', hurry);
    }
  }

  #show(): void {
    // A file has more lines than rows, because of its header and empty lines.
    const done = this.#allRead ? 1 : Math.min(0.99, this.#tally.rows / Math.max(1, this.#facts.lines));
    const elapsedS = (this.#clock.monotonicMs() - this.#startedAtMs) / 1_000;
    this.#output.progress({
      sent: this.#sent,
      acked: this.#acked,
      connected: this.#publisher.connected,
      done,
      secondsLeft: done > 0 && elapsedS > 1 ? (elapsedS * (1 - done)) / done : null,
    });
  }

  #summary(complete: boolean): ReplaySummary {
    const { resent, reconnects } = this.#publisher.counts;
    return {
      file: this.#options.file,
      digest: this.#facts.digest,
      clientId: this.#clientId,
      complete,
      rowsRead: this.#tally.rows,
      sent: this.#sent,
      acked: this.#acked,
      resent,
      reconnects,
      skipped: Object.fromEntries(this.#tally.skipped),
      badCells: Object.fromEntries(this.#tally.cells),
      machines: this.#tally.machines.size,
      failuresAnnounced: this.#failures,
      seconds: Math.round(this.#clock.monotonicMs() - this.#startedAtMs) / 1_000,
    };
  }
}
