/**
 * The alert decision (gateway/decisions/alert); its kind is `alerts`, as in `[decisions.alerts]`. Its inputs are windows;
 * a governed decision assesses them (model, else the machine's own baseline, else rules). From the assessments follow
 * predictions that open, change and end, decision records, and thinned estimate lines, all of which go to the outbox.
 *
 *     inputs ▶ governed decision ▶ alert state machines ▶ state saved ▶ events ▶ outbox
 *                       └────────▶ estimate lines ─────────────────────────────▶ outbox
 */
import type { EndedInCloud } from '../../../shared/contract/alerts/ended-in-cloud.ts';
import { recordBegun } from '../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../shared/contract/events.ts';
import type { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Decided } from '../../../shared/decisions/policy.ts';
import { type Clock, sleep } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { numberedIds } from '../../../shared/runtime/numbered-ids.ts';
import type { AlertInput, Assessors, Decision } from '../../ports/decision.ts';
import type { MachineLessons, MachineOverrides } from '../../ports/fleet/fleet.ts';
import type { ModelChallengers } from '../../ports/models/versions.ts';
import type { RecordedWindows, ReplayOutcome, StoredReadings } from '../../ports/replay/replay.ts';
import type { Outbox } from '../../ports/uplink.ts';
import type { LifecycleNotice } from '../../ports/watch.ts';
import { EventSender } from '../event-sender.ts';
import { RecordChoice } from '../record-choice.ts';
import { recordEvent } from '../record-event.ts';
import { AlertEffects } from './alert-effects.ts';
import { governedAlerts } from './assessor-policy.ts';
import type { AlertDecisionConfig } from './config.ts';
import { replayAlerts } from './replay/replay.ts';
import { ShadowedAlerts } from './shadow/shadow.ts';
import { DampingSaves } from './state/damping-saves.ts';
import { MachineBook } from './state/machine-book.ts';
import { type OpenPrediction, type SnapshotFile, snapshotFile } from './state/snapshot.ts';
import { type AlertDecisionStats, alertSamples } from './statistics.ts';
import { awaitsHearing } from './steps/silence-steps.ts';

/** Limit of batches that wait for the current one; more are dropped and counted, because newer windows follow soon. */
const waitingMax = 4;
/** The start waits so long for events to become durable. */
const startMsMax = 1_000;
const stopMsMax = 15_000;
const saveRetryMs = 5_000;

export interface AlertDecisionOptions extends Assessors {
  gateway: string;
  outbox: Outbox;
  /** File of the open predictions, e.g. `{dataDir}/alerts.json`. */
  stateFile: string;
  config: AlertDecisionConfig;
  /** Absent: no decision can be repeated. */
  windows?: RecordedWindows;
  clock: Clock;
  log: Log;
  newId?: () => string;
  /** Knows what people say about machines; absent: nobody can. */
  overrides?: MachineOverrides;
  lessons?: MachineLessons;
  /** Versions that are tried beside the model; absent: none ever is. */
  models?: ModelChallengers;
}

export class AlertDecision implements Decision {
  private readonly options: AlertDecisionOptions;
  private readonly governed: GovernedDecision<AlertInput, Assessment>;
  private readonly shadow: ShadowedAlerts | null;
  private readonly book: MachineBook;
  private readonly sender: EventSender;
  private readonly choice: RecordChoice;
  private readonly file: SnapshotFile;
  private readonly effects: AlertEffects;
  private readonly dampingSaves: DampingSaves;
  private readonly counts = { dropped: 0, errors: 0, saveFailures: 0 };
  private tail: Promise<void> = Promise.resolve();
  private waiting = 0;
  private isRestored = false;
  /** The breaker was open when a decision was last made. */
  private wasOpen = false;
  private stopping = false;
  /** True if the state file is outdated; and when saving was last tried. */
  private unsaved = false;
  private saveTriedMs = Number.NEGATIVE_INFINITY;

  constructor(options: AlertDecisionOptions) {
    const { gateway, modelAssessor, config, clock, outbox, log, overrides, lessons } = options;
    this.options = options;
    const newId = options.newId ?? numberedIds();
    const record = (made: DecisionRecord, timeMs: number) => this.keep(made, timeMs);
    this.shadow = options.models
      ? new ShadowedAlerts({ models: options.models, config, clock, newId, record })
      : null;
    this.governed = governedAlerts(options, { newId, shadow: this.shadow });
    this.book = new MachineBook(config.machinesMax);
    this.sender = new EventSender(outbox, clock, log);
    this.choice = new RecordChoice(config, clock);
    this.file = snapshotFile(options.stateFile, log);
    this.dampingSaves = new DampingSaves(clock, () => void this.exclusive(() => this.save()));
    const { governed, book, sender, choice, dampingSaves } = this;
    const backend = () => modelAssessor.backend;
    const parts = { gateway, governed, book, sender, choice, dampingSaves, backend };
    this.effects = new AlertEffects({ ...parts, config, clock, log, newId, overrides, lessons });
    overrides?.onChange(() => void this.overridden());
  }

  /**
   * Restores the open predictions, resends events that may not have been sent, and then says what is open: the state may be an
   * older copy. Where nothing is known of before, the cloud is told so first. @throws HarbingerError
   * ALERT_STATE_UNREADABLE
   */
  async start(): Promise<void> {
    const saved = await this.file.load();
    const { gateway, clock } = this.options;
    if (saved.isNew) this.sender.add(recordBegun(gateway, 'predictions', clock.nowMs()), true);
    this.book.restore(saved, clock.monotonicMs());
    this.effects.forced.restore(saved.forced);
    this.isRestored = true;
    for (const event of saved.pending) this.sender.add(event, true);
    // A person may have said something meanwhile.
    const isNews = this.effects.overridden() > 0 || saved.isNew;
    if (!saved.isNew) this.sender.addKnown(gateway, this.open());
    const sent = this.exclusive(async () => {
      if (isNews) await this.save();
      await this.sender.flush();
      if (isNews) await this.save();
    });
    // A disk that is full must not hold up the start: the events are sent again with the next decisions.
    await Promise.race([sent, sleep(clock, startMsMax)]);
  }

  /** Accepts no more inputs, waits (bounded) for the current ones, and saves. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.dampingSaves.stop();
    const saved = this.exclusive(() => this.save());
    await Promise.race([saved, sleep(this.options.clock, stopMsMax)]);
  }

  /**
   * Decides about machines, one input each; resolves when the resulting events are journalled. Batches are decided one
   * at a time, so callers should await; a few may wait, further ones are dropped and counted. Never rejects: failures
   * are logged and counted.
   */
  async evaluate(inputs: readonly AlertInput[]): Promise<void> {
    if (this.stopping || inputs.length === 0) return;
    if (this.waiting >= waitingMax) {
      this.counts.dropped += inputs.length;
      return;
    }
    this.waiting += 1;
    await this.governed.before(() => this.exclusive(() => this.evaluateNow(inputs)));
    this.waiting -= 1;
  }

  /** Resolves the machine's open predictions. The lifecycle event itself is journalled by the caller. Never rejects. */
  async lifecycle(notice: LifecycleNotice): Promise<void> {
    this.shadow?.ended(notice);
    await this.changed(() => this.effects.ended(notice));
  }

  /** Ends predictions that are over in the cloud. Never rejects. */
  async ended(alerts: readonly EndedInCloud[]): Promise<void> {
    await this.changed(() => this.effects.endedInCloud(alerts) > 0);
  }

  async tellOpen(): Promise<void> {
    this.sender.addKnown(this.options.gateway, this.open());
    await this.exclusive(() => this.sender.flush());
  }

  /** Resolves the open predictions of a machine that was retired, and forgets it. Never rejects. */
  async retired(site: string, machine: string): Promise<boolean> {
    let wasKnown = false;
    await this.changed(() => {
      wasKnown = this.effects.retired(site, machine);
      return wasKnown;
    });
    return wasKnown;
  }

  /** Tells of open alerts whose machines were muted, or are not any more. */
  private async overridden(): Promise<void> {
    if (!this.isRestored || this.stopping) return;
    await this.changed(() => this.effects.overridden() > 0);
  }

  awaitsHearing(site: string, machine: string): boolean {
    const known = this.book.find(site, machine);
    return known !== null && awaitsHearing(known);
  }

  replay(records: readonly DecisionRecord[], stored: StoredReadings[] = []): Promise<ReplayOutcome[]> {
    return replayAlerts(records, this.options, stored);
  }

  /** Open predictions, for status pages. */
  open(): OpenPrediction[] {
    return this.effects.open();
  }

  stats(): AlertDecisionStats {
    const open = this.open();
    const critical = open.filter((prediction) => prediction.severity === 'critical').length;
    return {
      ...structuredClone(this.effects.counts),
      ...this.counts,
      decision: this.governed.stats(),
      machines: this.book.size,
      open: { warning: open.length - critical, critical },
      records: { ...this.choice.counts },
      events: { ...this.sender.counts, pending: this.sender.pending().length },
    };
  }

  samples = () => alertSamples(this.stats().open);

  status() {
    return { ...this.stats(), openPredictions: this.open() };
  }

  summary() {
    return { open: this.stats().open };
  }

  /** Keeps a record of what nothing followed from. */
  private keep(record: DecisionRecord, timeMs: number): void {
    if (this.stopping || !this.choice.admits('mode')) return;
    this.sender.add(recordEvent({ gateway: this.options.gateway, timeMs }, record), false);
    void this.exclusive(() => this.sender.flush());
  }

  /** Saves and sends what `change` has changed, if it returns true. */
  private changed(change: () => boolean): Promise<void> {
    return this.exclusive(async () => {
      if (!change()) return;
      await this.save();
      await this.sender.flush();
    });
  }

  private async exclusive(work: () => Promise<void>): Promise<void> {
    this.tail = this.tail.then(work).catch((error: unknown) => this.failed(error));
    await this.tail;
  }

  private failed(error: unknown): void {
    this.counts.errors += 1;
    this.options.log.error({ code: 'ALERT_DECISION_FAILED', err: error }, 'alert decision failed');
  }

  private async evaluateNow(inputs: readonly AlertInput[]): Promise<void> {
    await this.sender.flush();
    const decided = await this.governed.decide(inputs);
    const sample = this.sampleOf(decided);
    const lines: string[] = [];
    let saveFirst = this.effects.owesMutes && this.effects.overridden() > 0;
    inputs.forEach((input, i) => {
      try {
        saveFirst = this.effects.decided(input, decided[i]!, i === sample, lines) || saveFirst;
      } catch (error) {
        this.failed(error);
      }
    });
    const retry = this.unsaved && this.options.clock.monotonicMs() - this.saveTriedMs >= saveRetryMs;
    if (saveFirst || retry || this.dampingSaves.isDue()) await this.save();
    await this.sender.flush();
    if (lines.length > 0) this.options.outbox.estimates(lines);
  }

  /** The index of the decision that is recorded although nothing changes: when one is due, and the first one that says what opened the breaker. */
  private sampleOf(decided: readonly Decided<Assessment>[]): number {
    const opened = decided.findIndex((each) => each.breaker !== undefined);
    const isNews = opened >= 0 && !this.wasOpen;
    this.wasOpen = opened >= 0;
    return isNews ? opened : this.choice.sampleIndex(decided.length);
  }

  /** A failing disk must not suppress an alert: the failure is logged, counted and retried, and the event is sent. */
  private async save(): Promise<void> {
    // A start that could not read the file is stopped too, and must not replace the file with an empty one.
    if (!this.isRestored) return;
    this.saveTriedMs = this.options.clock.monotonicMs();
    this.dampingSaves.saved();
    try {
      const forced = this.effects.forced.save();
      await this.file.save({ ...this.book.snapshot(), forced, pending: this.sender.pending() });
      this.unsaved = false;
    } catch (error) {
      this.unsaved = true;
      this.counts.saveFailures += 1;
      this.options.log.error(
        { code: 'ALERT_STATE_UNWRITABLE', problem: messageOf(error) },
        'open predictions could not be saved; after a restart they may be opened a second time',
      );
    }
  }
}

export const createAlertDecision = (options: AlertDecisionOptions) => new AlertDecision(options);
