/**
 * Silence (gateway/watch/silence): which machines are not heard for longer than their own rhythm allows. What is told of
 * it is decided in gateway/decisions/alert, and nothing here knows windows or values.
 *
 *     reading ▶ Hearing (rhythm, last heard) ─ heard again ──┐
 *     sweep ▶ DueHeap ▶ machines that are due ─ silent ──────┴▶ input of the decision
 *
 * An input says whether the machine is silent when it is made, not what has changed. It is made at each change, one batch
 * at a time, and some times more after it: so whatever comes in between, and if an input is lost, the last one that the
 * decision gets is right.
 */
import type { Timer } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import { DueHeap } from './due-heap.ts';
import { Hearing, hearingMs, type SavedHearing } from './hearing.ts';
import { Hearings } from './hearings.ts';
import { type Decide, decideSilence } from './silence-input.ts';
import type { AwaitsHearing, SilenceOptions, SilenceStats } from './silence-options.ts';

/** Least time between two sweeps. */
const sweepMs = 1_000;
/** Machines that one sweep looks at; more wait for the next one. */
const sweepMax = 2_000;
/** A sweep that is later than this was held up: the gateway itself heard nothing meanwhile. */
const heldUpMs = 5_000;
/** How often it is looked whether the maintenance of a machine is over. */
const excusedLookMs = 30_000;
/** How often it is looked whether a machine that was at rest runs. */
const restLookMs = 60_000;
const remindMsMin = 60_000;
const remindMsMax = 3_600_000;

export class Silence {
  /** Called when something is worth being saved: at once, or with the next change. */
  changed: (isSoon: boolean) => void = () => {};
  private readonly options: SilenceOptions;
  private readonly hearings: Hearings;
  private readonly due = new DueHeap<Hearing>();
  private readonly news = new Set<Hearing>();
  private readonly counts = { restored: 0, failures: 0 };
  private decide: Decide | null = null;
  private isAwaited: AwaitsHearing = () => true;
  private sending: Promise<void> | null = null;
  private timer: Timer | null = null;
  /** When the last sweep was, and since when the gateway has been listening without a break: monotonic. */
  private sweptMs: number;
  private listeningMs: number;
  /** Since when no readings have been taken, monotonic; null while they are. */
  private deafMs: number | null = null;

  constructor(options: SilenceOptions) {
    this.options = options;
    this.hearings = new Hearings(options.machinesMax, (hearing) => {
      this.due.remove(hearing);
      this.news.delete(hearing);
    });
    this.sweptMs = options.clock.monotonicMs();
    this.listeningMs = this.sweptMs;
  }

  start(decide: Decide, isAwaited: AwaitsHearing = this.isAwaited): void {
    this.decide = decide;
    this.isAwaited = isAwaited;
    this.sweptMs = this.options.clock.monotonicMs();
    this.listeningMs = this.sweptMs;
    this.schedule();
  }

  /** Sends nothing more. Resolves when what was sent has been decided. */
  async stop(): Promise<void> {
    this.decide = null;
    this.timer?.cancel();
    await this.sending;
  }

  /** Returns what is known of a machine; null if its type wants no such alerts, or too many machines are known. */
  of(identity: MachineIdentity): Hearing | null {
    if (identity.type.silentAfterMs === 0) return null;
    const found = this.hearings.find(identity);
    if (found) {
      found.identity = identity;
      return found;
    }
    const { clock } = this.options;
    const nowMs = clock.monotonicMs();
    return this.add(new Hearing(identity, nowMs, clock.nowMs() - nowMs));
  }

  /**
   * A live reading of `timeMs` has arrived. Returns from when on the next one is of interest: monotonic, in whole ms. An
   * old reading is followed by another look at once, because the next one may be fresh.
   */
  heard(hearing: Hearing, nowMs: number, timeMs: number): number {
    if (hearing.isForgotten) return nowMs + hearingMs;
    if (this.isExcused(hearing, nowMs)) return nowMs + hearingMs;
    const wasKnown = hearing.rhythm.isKnown;
    const { listeningMs, offsetMs } = this;
    const { bounds } = this.options;
    if (!hearing.takes(nowMs, timeMs, bounds, { listeningMs, offsetMs })) return nowMs;
    hearing.looksAhead(nowMs, bounds, offsetMs);
    if (hearing.level !== 'heard') this.setHeard(hearing, nowMs);
    if (!wasKnown && hearing.rhythm.isKnown) this.changed(true);
    return nowMs + hearingMs;
  }

  /** A value of the machine came that cannot be used: it is there, but nobody knows when that was measured. */
  isThere(hearing: Hearing, nowMs: number, isByWord = false): void {
    if (hearing.isForgotten || this.isExcused(hearing, nowMs)) return;
    hearing.isThere(nowMs, isByWord);
    if (hearing.level !== 'heard') this.setHeard(hearing, nowMs);
  }

  /** The machine rests from now on, or runs. */
  rests(hearing: Hearing, isResting: boolean): void {
    if (hearing.isResting === isResting) return;
    hearing.isResting = isResting;
    this.changed(false);
  }

  /** The device of a machine has said that it is offline, or online. */
  said(hearing: Hearing, isOnline: boolean): void {
    const nowMs = Math.floor(this.options.clock.monotonicMs());
    if (isOnline) return this.isThere(hearing, nowMs, true);
    if (hearing.isForgotten || this.isExcused(hearing, nowMs)) return;
    hearing.isOffline = true;
    if (hearing.listener) hearing.listener.noteFromMs = nowMs;
    this.setSilent(hearing, nowMs);
  }

  /** Forgets a machine that was retired, until it sends again. Returns false if it was not known. */
  forget(key: string): boolean {
    const wasKnown = this.hearings.remove(key);
    if (wasKnown) this.changed(true);
    return wasKnown;
  }

  /** To be called before `start`. */
  restore(saved: readonly SavedHearing[]): void {
    const { clock, types, machinesMax } = this.options;
    const nowMs = clock.monotonicMs();
    const offsetMs = clock.nowMs() - nowMs;
    for (const one of saved) {
      const [site, machine, typeName] = one;
      const type = types.get(typeName);
      const isWanted = type && type.silentAfterMs !== 0 && this.counts.restored < machinesMax;
      if (!isWanted || this.hearings.find({ site, machine })) continue;
      if (this.add(Hearing.restored({ site, machine, type }, one, nowMs, offsetMs))) this.counts.restored++;
    }
  }

  /** The machines that must survive a restart: those whose silence would be told, or is. */
  *saved(): Generator<SavedHearing> {
    const { bounds } = this.options;
    const { offsetMs } = this;
    // A list of its own: machines may be added for as long as somebody goes through them.
    for (const hearing of [...this.hearings.all()])
      if (hearing.allowedMs(bounds) !== null || hearing.level === 'silent' || hearing.ran)
        yield hearing.saved(offsetMs);
  }

  stats(): SilenceStats {
    return { ...this.hearings.counts(this.options.bounds), ...this.counts };
  }

  /** True if people work on the machine: whatever is heard or not heard then says nothing, and its allowance begins after it. */
  private isExcused(hearing: Hearing, nowMs: number): boolean {
    const isExcused = this.options.inMaintenance?.(hearing.identity) ?? false;
    if (isExcused) hearing.excuse(nowMs + excusedLookMs);
    return isExcused;
  }

  /** Wall-clock time minus monotonic time. */
  private get offsetMs(): number {
    const { clock } = this.options;
    return clock.nowMs() - clock.monotonicMs();
  }

  private add(hearing: Hearing): Hearing | null {
    if (!this.hearings.add(hearing)) return null;
    this.due.set(hearing, this.nextLookMs(hearing, this.deadlineOf(hearing)));
    this.schedule();
    return hearing;
  }

  private setHeard(hearing: Hearing, nowMs: number): void {
    const wasSilent = hearing.level === 'silent';
    hearing.level = 'heard';
    hearing.again.begin(nowMs);
    hearing.isOffline = false;
    this.due.set(hearing, Math.max(this.nextLookMs(hearing, this.deadlineOf(hearing)), nowMs));
    this.isNews(hearing);
    if (wasSilent) this.changed(false);
  }

  private setSilent(hearing: Hearing, nowMs: number): void {
    hearing.level = 'silent';
    this.isNews(hearing);
    this.due.set(hearing, nowMs + hearing.remindMs);
    this.changed(false);
  }

  private isNews(hearing: Hearing): void {
    hearing.remindMs = remindMsMin;
    this.news.add(hearing);
    this.schedule();
  }

  /** When a machine that is not silent becomes so if nothing is heard, or must be looked at again because that is not known. */
  private deadlineOf(hearing: Hearing): number {
    const { bounds } = this.options;
    const allowedMs = hearing.allowedMs(bounds);
    // It was last heard up to `hearingMs` later than is noted.
    const fromMs = Math.max(hearing.heardMs, this.listeningMs, hearing.excusedMs) + hearingMs;
    if (allowedMs === null) return this.options.clock.monotonicMs() + bounds.afterMsMin;
    return hearing.hoursDeadline(fromMs, bounds, this.offsetMs)?.atMs ?? fromMs + allowedMs;
  }

  /** A machine at rest is looked at often, because its deadline comes much earlier once it runs. */
  private nextLookMs({ isResting, again }: Hearing, deadlineMs: number): number {
    const nowMs = this.options.clock.monotonicMs();
    return Math.min(deadlineMs, isResting ? nowMs + restLookMs : again.nextLookMs(nowMs));
  }

  private schedule(): void {
    const { due, news, sweptMs } = this;
    if (!this.decide || this.timer || (due.size === 0 && news.size === 0)) return;
    const nowMs = this.options.clock.monotonicMs();
    const nextMs = news.size > 0 ? nowMs : due.first!.dueMs;
    const delayMs = Math.max(1, sweptMs + sweepMs - nowMs, nextMs - nowMs);
    // At least so often that being held up is noticed.
    this.timer = this.options.clock.setTimer(Math.min(delayMs, sweepMs), () => {
      this.timer = null;
      this.sweep();
      this.schedule();
    });
  }

  private sweep(): void {
    const nowMs = this.options.clock.monotonicMs();
    this.listen(nowMs);
    for (let looked = 0; looked < sweepMax; looked++) {
      const { first } = this.due;
      if (!first || first.dueMs > nowMs) break;
      this.look(first, nowMs);
    }
    this.send();
  }

  /** Begins every allowance anew if the gateway was held up, or took no readings for long. */
  private listen(nowMs: number): void {
    const isTaking = this.options.isTaking?.() ?? true;
    this.deafMs = isTaking ? null : (this.deafMs ?? this.sweptMs);
    const wasHeldUp = nowMs - this.sweptMs > heldUpMs;
    const isDeaf = this.deafMs !== null && nowMs - this.deafMs > heldUpMs;
    if (wasHeldUp || isDeaf) this.listeningMs = nowMs;
    this.sweptMs = nowMs;
  }

  /** Looks at a machine that is due, and says when it is due next. */
  private look(hearing: Hearing, nowMs: number): void {
    if (this.isExcused(hearing, nowMs)) return this.due.set(hearing, nowMs + excusedLookMs);
    if (hearing.level === 'silent') {
      this.news.add(hearing);
      hearing.remindMs = Math.min(2 * hearing.remindMs, remindMsMax);
      this.due.set(hearing, nowMs + hearing.remindMs);
      return;
    }
    const deadlineMs = this.deadlineOf(hearing);
    if (deadlineMs <= nowMs && this.deafMs !== null) return this.due.set(hearing, nowMs + sweepMs);
    if (deadlineMs <= nowMs) return this.setSilent(hearing, nowMs);
    // Nobody was told that most machines were silent, so nobody needs to hear that they are not.
    const isAwaited = hearing.level === 'heard' && this.isAwaited(hearing.identity);
    if (isAwaited && hearing.again.isDue(nowMs)) this.news.add(hearing);
    if (!isAwaited) hearing.again.unawaited(nowMs);
    this.due.set(hearing, this.nextLookMs(hearing, deadlineMs));
  }

  /** Sends what is new, a batch at a time: the next one is made when the one before has been decided. */
  private send(): void {
    const { decide, news, options } = this;
    if (!decide || this.sending || news.size === 0) return;
    const batch: Hearing[] = [];
    for (const hearing of news) {
      batch.push(hearing);
      if (batch.length >= options.batchMax) break;
    }
    for (const hearing of batch) news.delete(hearing);
    this.sending = decideSilence(decide, batch, options).then((isDecided) => {
      // Those that were not are told again by their reminders.
      if (!isDecided) this.counts.failures++;
      this.sending = null;
      this.send();
    });
  }
}
