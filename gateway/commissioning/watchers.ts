/**
 * Commissioning (gateway/commissioning): people watch what arrives and what happens to it, as it comes. This file is asked by the
 * pipeline, in the data thread, and only while somebody watches; watched-lines.ts has the words of a line. Lines are fetched by
 * whoever watches: what is not fetched in time is lost and counted, and nothing waits for it.
 */
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { WatchedBatch, WatchedLine } from '../ports/onboarding/watching.ts';

/** Watchers at the same time. */
const watchersMax = 4;
/** Lines that wait to be fetched, for one watcher. */
const waitingMax = 500;
/** Lines a second that one watcher gets in the long run, and how many of them at once. */
const perSecond = 50;
const burst = 200;
/** A watcher that fetches nothing for so long is gone. */
const leftMs = 30_000;

interface Watcher {
  matches(name: string): boolean;
  waiting: WatchedLine[];
  lost: number;
  /** Lines that it may still get at once. */
  allowance: number;
  refilledMs: number;
  fetchedMs: number;
}

/** The names by which a message is found: its topic, and its machine as `site/machine`. */
export interface WatchedNames {
  topic: string;
  machine: string | null;
}

export interface WatchersOptions {
  clock: Pick<Clock, 'monotonicMs'>;
  /** Compiles an MQTT filter. @throws HarbingerError if it is none */
  filter(text: string): (name: string) => boolean;
}

export class Watchers {
  private readonly options: WatchersOptions;
  private readonly watchers = new Map<number, Watcher>();
  private nextId = 1;
  /** Whether anybody watches; the pipeline asks for nothing else then. */
  isOn = false;

  constructor(options: WatchersOptions) {
    this.options = options;
  }

  /** @throws HarbingerError WATCH_FILTER, WATCH_FULL */
  open(filter: string): number {
    this.removeLeft();
    if (this.watchers.size >= watchersMax)
      throw new HarbingerError(
        'WATCH_FULL',
        'api',
        `${watchersMax} people watch this gateway already; end one of the commands`,
      );
    const nowMs = this.options.clock.monotonicMs();
    this.watchers.set(this.nextId, {
      matches: this.compiled(filter),
      ...{ waiting: [], lost: 0, allowance: burst, refilledMs: nowMs, fetchedMs: nowMs },
    });
    this.isOn = true;
    return this.nextId++;
  }

  /** Returns what has come since; null for a watcher that was left alone for too long. */
  take(id: number): WatchedBatch | null {
    const watcher = this.watchers.get(id);
    if (!watcher) return null;
    const { waiting, lost } = watcher;
    watcher.waiting = [];
    watcher.lost = 0;
    watcher.fetchedMs = this.options.clock.monotonicMs();
    return { lines: waiting, lost };
  }

  close(id: number): void {
    this.watchers.delete(id);
    this.isOn = this.watchers.size > 0;
  }

  /** @param line is made only for a watcher that gets it */
  note({ topic, machine }: WatchedNames, line: () => WatchedLine): void {
    let made: WatchedLine | null = null;
    let hasLeft = false;
    const nowMs = this.options.clock.monotonicMs();
    for (const watcher of this.watchers.values()) {
      if (nowMs - watcher.fetchedMs > leftMs) hasLeft = true;
      if (!watcher.matches(topic) && !(machine !== null && watcher.matches(machine))) continue;
      if (admits(watcher, nowMs)) {
        made ??= line();
        watcher.waiting.push(made);
      } else watcher.lost++;
    }
    if (hasLeft) this.removeLeft();
  }

  private removeLeft(): void {
    const nowMs = this.options.clock.monotonicMs();
    for (const [id, { fetchedMs }] of this.watchers) if (nowMs - fetchedMs > leftMs) this.close(id);
  }

  private compiled(filter: string): (name: string) => boolean {
    try {
      return this.options.filter(filter);
    } catch {
      throw new HarbingerError(
        'WATCH_FILTER',
        'api',
        `'${filter.slice(0, 140)}' is not a filter of topics or machines, such as hall/#, hall/pump-1 or telemetry/+/pump-1`,
      );
    }
  }
}

function admits(watcher: Watcher, nowMs: number): boolean {
  const passed = (nowMs - watcher.refilledMs) / 1_000;
  watcher.allowance = Math.min(burst, watcher.allowance + passed * perSecond);
  watcher.refilledMs = nowMs;
  if (watcher.waiting.length >= waitingMax || watcher.allowance < 1) return false;
  watcher.allowance--;
  return true;
}
