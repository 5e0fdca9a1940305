import { silentFailureMode } from '../../../shared/contract/alerts/alert-kinds.ts';
import type { EndedInCloud } from '../../../shared/contract/alerts/ended-in-cloud.ts';
import type { Assessment } from '../../../shared/contract/events.ts';
import type { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Decided } from '../../../shared/decisions/policy.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { rateLimit } from '../../../shared/runtime/rate-limit.ts';
import type { AlertInput } from '../../ports/decision.ts';
import type { MachineOverrides } from '../../ports/fleet/fleet.ts';
import type { MachineLessons } from '../../ports/fleet/lessons.ts';
import type { LifecycleNotice } from '../../ports/watch.ts';
import type { EventSender } from '../event-sender.ts';
import type { RecordChoice, RecordWhy } from '../record-choice.ts';
import { recordEvent } from '../record-event.ts';
import { endMachine, stepMachine } from './alert-changes.ts';
import type { AlertChange } from './change.ts';
import type { AlertDecisionConfig } from './config.ts';
import { assessmentContent, type EndingAt, endingRecord } from './decision-content.ts';
import { estimateLine, estimatePrefix } from './estimate-lines.ts';
import { nowEvent, predictionEvent } from './events.ts';
import { ForcedAlerts, type WantedChange } from './overrides/forced-alerts.ts';
import { muteChanges, mutedNow, muteRecord } from './overrides/words.ts';
import { forPeople } from './reasons/for-people.ts';
import type { Ending } from './reasons/reasons.ts';
import type { DampingSaves } from './state/damping-saves.ts';
import { type MachineAlerts, type MachineBook, waits } from './state/machine-book.ts';
import type { OpenPrediction } from './state/snapshot.ts';
import { heardSinceMs } from './steps/away-reasons.ts';
import { closeAlert, dropAlert } from './steps/closed-alerts.ts';
import type { DecidedAssessment, Judged } from './steps/judged.ts';
import { nowReasons } from './steps/now-reasons.ts';

const undecidedLogMsMin = 10_000;

export interface AlertEffectsOptions {
  gateway: string;
  governed: GovernedDecision<AlertInput, Assessment>;
  book: MachineBook;
  sender: EventSender;
  choice: RecordChoice;
  dampingSaves: DampingSaves;
  config: AlertDecisionConfig;
  backend(): string | undefined;
  clock: Clock;
  log: Log;
  newId: () => string;
  overrides?: MachineOverrides | undefined;
  /** Absent: nothing is learnt from outcomes. */
  lessons?: MachineLessons | undefined;
}

/**
 * Converts decisions to changes of alerts with their events, to records, and to estimate lines. It neither sends nor
 * saves them.
 */
export class AlertEffects {
  readonly counts = {
    changes: { opened: 0, updated: 0, resolved: 0 },
    /** Reported failures, with and without an open prediction at that time. */
    failures: { warned: 0, unwarned: 0 },
    estimates: 0,
    /** Inputs with too few rows for a model, or with none because they are about silence: the rules decide them. */
    short: 0,
    /** Inputs of machines beyond `machinesMax`. */
    refused: 0,
  };
  /** True while some alerts have not heard yet that their machines were muted, or are not any more. */
  owesMutes = false;
  private readonly options: AlertEffectsOptions;
  private readonly mayLog: () => boolean;
  readonly forced: ForcedAlerts;
  private saidNow = { sinceMs: Number.NEGATIVE_INFINITY, count: 0 };

  constructor(options: AlertEffectsOptions) {
    this.options = options;
    this.mayLog = rateLimit(options.clock, undecidedLogMsMin);
    this.forced = new ForcedAlerts(options.gateway, options.overrides);
  }

  open(): OpenPrediction[] {
    return [...this.options.book.open(), ...this.forced.open()];
  }

  /**
   * Applies one decided input; adds its estimate line, if one is due, and its events. Returns true if the state must be saved before
   * they are sent.
   */
  decided(input: AlertInput, decided: Decided<Assessment>, isSample: boolean, lines: string[]): boolean {
    const { book, sender, choice, config, clock, log, newId, lessons } = this.options;
    if (decided.verdict === null) {
      if (this.mayLog())
        log.error({ problem: decided.error.message }, 'no decision could be made about a machine');
      return false;
    }
    const { site, machine: name, type } = input.machine;
    const machine = book.take(site, name);
    if (!machine) {
      this.counts.refused += 1;
      return false;
    }
    machine.windowRows = type.windowRows;
    if (!input.silence) machine.newestMs = input.timeMs;
    const context = { config, newId, nowMs: clock.monotonicMs(), wallMs: clock.nowMs(), lessons };
    const judged = { machine, input, decided, context };
    const { closed } = machine;
    const changes = sender.holds(`${site}/${name}`) ? [] : stepMachine(judged);
    const hasNewDamping = machine.hasNewDamping;
    this.noteDamping(machine);
    const { timeMs, judgedMs } = input;
    if (!input.silence) machine.judged = judgedMs === undefined ? null : { timeMs, judgedMs };
    // A short window is always for the rules, which says nothing about the model.
    const isShort = input.isShort === true;
    if (isShort) this.counts.short += 1;
    const changesMode = !isShort && machine.mode !== null && machine.mode !== decided.mode;
    if (!isShort) {
      machine.mode = decided.mode;
      machine.source = decided.verdict.answer.source;
    }
    const why = changes.length > 0 ? 'change' : changesMode ? 'mode' : isSample ? 'sample' : null;
    if (why && choice.admits(why)) this.record(input, decided, changes, why);
    this.announce(changes, decided.decisionId, input.timeMs, input);
    this.sayNow(judged, changes.length > 0, hasNewDamping);
    // The end of a cause whose alert was closed by hand changes no alert, and the machine's state in the cloud.
    const isNews = changes.length > 0 || machine.closed !== closed;
    // The estimate of a short window is repeated, so that the cloud knows that it still holds.
    const goesOn = machine.hasShortEstimate && !input.isAtRest;
    if (!input.silence && (!isShort || isNews || goesOn))
      this.addEstimate(machine, input, decided.verdict.answer, isNews, lines);
    return machine.closed !== closed || changes.some((change) => change.saveFirst);
  }

  private noteDamping(machine: MachineAlerts): void {
    const { dampingSaves } = this.options;
    if (machine.hasNewDamping) dampingSaves.note('changed');
    else if (waits(machine)) dampingSaves.note('looked');
    machine.hasNewDamping = false;
  }

  /** Says what the open alerts of a machine are now, if that is due; nobody is told of it. */
  private sayNow(judged: Judged, hasChanged: boolean, hasNewDamping: boolean): void {
    const { machine, input, decided, context } = judged;
    const { nowMsMin } = context.config;
    if (hasChanged) machine.nowSaidMs = context.nowMs;
    // That a machine is heard again, or is silent once more in the same alert, is told by nothing else.
    const isNews = input.silence !== undefined && hasNewDamping && !hasChanged;
    if ((nowMsMin === 0 && !isNews) || machine.alerts.length === 0) return;
    const { gateway, sender } = this.options;
    if (sender.holds(`${machine.site}/${machine.machine}`)) return;
    if (input.silence) {
      // These inputs are seldom, and more and more so.
      if (!machine.damped.get(silentFailureMode)?.state.returns) return;
    } else {
      if (context.nowMs - machine.nowSaidMs < nowMsMin) return;
      machine.nowSaidMs = context.nowMs;
    }
    for (const alert of machine.alerts) {
      // Only inputs about silence step it, and their times are those of the gateway.
      if ((input.silence !== undefined) !== (alert.failureMode === silentFailureMode)) continue;
      const reasons = alert.isUnsure ? [] : nowReasons(judged, alert.causes);
      if (reasons.length === 0 || (!isNews && !this.mayBeSaid(context.nowMs))) continue;
      const heardMs = heardSinceMs(machine, alert.causes);
      const said = {
        assessment: alert.assessment,
        reasons,
        decisionId: decided.decisionId,
        forPeople: forPeople(input, alert),
        ...(heardMs !== null && { heardSinceMs: heardMs }),
      };
      sender.add(nowEvent({ gateway, timeMs: input.timeMs }, alert, said), false);
    }
  }

  private mayBeSaid(nowMs: number): boolean {
    if (nowMs - this.saidNow.sinceMs >= 60_000) this.saidNow = { sinceMs: nowMs, count: 0 };
    this.saidNow.count += 1;
    return this.saidNow.count <= this.options.config.nowPerMinuteMax;
  }

  /** Resolves the predictions of a machine that failed or was replaced. Returns false if that was already known. */
  ended({ state, about, atMs }: LifecycleNotice): boolean {
    const { book } = this.options;
    const wereForced = this.tellWanted(this.forced.ended(about, state, atMs)) > 0;
    const machine = book.take(about.site, about.machine);
    if (!machine || (machine.ended?.state === state && machine.ended.atMs === atMs)) return wereForced;
    machine.ended = { state, atMs };
    const ending: Ending = { state, atMs, ...(about.note !== undefined && { note: about.note }) };
    const changes = endMachine(machine, ending);
    if (state === 'failed') this.counts.failures[changes.length > 0 ? 'warned' : 'unwarned'] += 1;
    this.tellEnding(machine, ending, changes);
    return true;
  }

  /** Ends predictions that are over in the cloud, if they are open and not worse than who closed them knew. Returns how many. */
  endedInCloud(alerts: readonly EndedInCloud[]): number {
    const { book, clock } = this.options;
    const machines = book.havingOpen(new Set(alerts.map(({ alertId }) => alertId)));
    let count = this.tellWanted(this.forced.endedInCloud(alerts, clock.nowMs()));
    for (const { alertId, closed } of alerts) {
      const machine = machines.get(alertId);
      const change = machine && (closed ? closeAlert(machine, alertId, closed) : dropAlert(machine, alertId));
      if (!change) continue;
      this.tellEnding(machine, { state: closed ? 'closed' : 'dropped', atMs: clock.nowMs() }, [change]);
      count += 1;
    }
    return count;
  }

  /** Resolves the predictions of a machine that was retired, and forgets it. Returns false if it is not known. */
  retired(site: string, name: string): boolean {
    const { book, clock } = this.options;
    const machine = book.find(site, name);
    const wereForced =
      this.tellWanted(this.forced.ended({ site, machine: name }, 'retired', clock.nowMs())) > 0;
    if (!machine) return wereForced;
    const ending: Ending = { state: 'retired', atMs: clock.nowMs() };
    this.tellEnding(machine, ending, endMachine(machine, ending));
    book.forget(site, name);
    return true;
  }

  /** Opens and ends what people want, and says of open alerts whether their machines are muted. Returns how many; what is held up is owed. */
  overridden(): number {
    const { clock, overrides, newId, sender } = this.options;
    const timeMs = clock.nowMs();
    const count = this.tellWanted(this.forced.follow(timeMs));
    const changed = muteChanges(this.open(), overrides, (subject) => sender.holds(subject));
    this.owesMutes = changed.some(({ isHeld }) => isHeld);
    const told = changed
      .filter(({ isHeld }) => !isHeld)
      .map(({ now, change }) => ({ change, record: muteRecord(newId(), change, { now, timeMs }), timeMs }));
    return count + this.tellWanted(told);
  }

  private tellWanted(changes: readonly WantedChange[]): number {
    for (const { change, record, timeMs } of changes) {
      this.options.choice.admits('change');
      this.options.sender.add(recordEvent({ gateway: this.options.gateway, timeMs }, record), true);
      this.announce([change], record.decisionId, timeMs);
    }
    return changes.length;
  }

  private tellEnding({ site, machine }: MachineAlerts, ending: EndingAt, changes: AlertChange[]): void {
    if (changes.length === 0) return;
    const { choice, sender, gateway, newId } = this.options;
    const record = endingRecord(newId(), `${site}/${machine}`, ending, changes);
    choice.admits('change');
    sender.add(recordEvent({ gateway, timeMs: ending.atMs }, record), true);
    this.announce(changes, record.decisionId, ending.atMs);
  }

  private record(
    input: AlertInput,
    decided: DecidedAssessment,
    changes: AlertChange[],
    why: RecordWhy,
  ): void {
    const { gateway, config, governed, sender, backend } = this.options;
    const by = { budgetMs: config.budgetMs, backend: backend() };
    const content = assessmentContent(input, decided, changes, why, by);
    const record = governed.record(decided, content);
    if (record) sender.add(recordEvent({ gateway, timeMs: input.timeMs }, record), why === 'change');
  }

  private announce(changes: AlertChange[], decisionId: string, timeMs: number, input?: AlertInput): void {
    const { gateway, sender, log } = this.options;
    for (const change of changes) {
      const { kind, prediction, assessment, reasons, isNews = true } = change;
      const { outcome, closed, untilMs, isSilenceOf } = change;
      this.counts.changes[kind] += 1;
      // Only what is saved first: after a crash a number must not be lower than one that was told.
      if (change.saveFirst) prediction.seq = (prediction.seq ?? 0) + 1;
      if (!change.isMuting) prediction.reasons = reasons.slice(0, 8);
      prediction.muted = mutedNow(prediction, this.options.overrides)?.muted;
      const people = input && forPeople(input, prediction);
      const how = { outcome, closed, untilMs, isNews, isSilenceOf };
      const said = { assessment, reasons, decisionId, ...how, forPeople: people };
      sender.add(predictionEvent({ gateway, timeMs }, kind, prediction, said), true);
      const { predictionId, site, machine, failureMode, severity } = prediction;
      log.info({ predictionId, machine: `${site}/${machine}`, failureMode, severity }, `prediction ${kind}`);
    }
  }

  private addEstimate(
    machine: MachineAlerts,
    input: AlertInput,
    assessment: Assessment,
    atOnce: boolean,
    lines: string[],
  ): void {
    const nowMs = this.options.clock.monotonicMs();
    if (!atOnce && nowMs - machine.estimateSentMs < this.options.config.estimateMsMin) return;
    machine.estimateSentMs = nowMs;
    machine.hasShortEstimate = input.isShort === true;
    machine.estimatePrefix ??= estimatePrefix(this.options.gateway, input.machine);
    lines.push(estimateLine(machine.estimatePrefix, input, assessment));
    this.counts.estimates += 1;
  }
}
