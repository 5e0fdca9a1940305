import { createHash } from 'node:crypto';
import { isEstimated } from '../../../shared/contract/alerts/alert-kinds.ts';
import { timeText } from '../../../shared/contract/envelope.ts';
import type { MachineRef } from '../../../shared/contract/events.ts';
import type { Alert, MachineAlert } from '../../ports/alerts.ts';
import type { StoredDecision } from '../../ports/history.ts';
import type { MachineState } from '../../ports/machines.ts';
import type { FailureOutcome, Outcome, OutcomeSaid, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import type { MachineName } from '../../ports/retired/retired.ts';
import type { Store } from '../database.ts';
import type { AddedBefore, AgedList } from '../record-ages.ts';
import { inferred, personsWord, withEntry } from './infer.ts';
import { judgesMachine, raisedBy } from './judged-with.ts';
import { beganMs, OutcomeTable, type OutcomeTableOptions } from './outcome-table.ts';

export interface OutcomeBookOptions extends OutcomeTableOptions {
  nowMs(): number;
  decisionOf(gateway: string, decisionId: string): StoredDecision | undefined;
}

/** A machine is reported as failed once more, and was not reported as replaced: after so long it is another failure. */
const anotherFailureMs = 24 * 3_600_000;

/** State of a machine before an event. */
export type StateBefore = Pick<MachineState, 'condition' | 'conditionMs' | 'source' | 'estimator'>;

/** Keeps what warnings turned out to be, and infers it. Change it only inside a transaction. */
export class OutcomeBook implements AgedList {
  private readonly table: OutcomeTable;
  private readonly options: OutcomeBookOptions;

  constructor(store: Store, options: OutcomeBookOptions) {
    this.table = new OutcomeTable(store, options);
    this.options = options;
  }

  reload(): void {
    this.table.reload();
  }

  all(): Iterable<Outcome> {
    return this.table.all();
  }

  of(gateway: string, id: string): Outcome | undefined {
    return this.table.get(gateway, id);
  }

  named(id: string): Outcome[] {
    return this.table.named(id);
  }

  ofMachine(name: MachineName): Outcome[] {
    return this.table.ofMachine(name);
  }

  old(added: AddedBefore): Iterable<() => void> {
    return this.table.old(added);
  }

  move(from: MachineName, to: MachineName): void {
    this.table.move(from, to);
  }

  /** Removes those of a machine that began in a time. */
  remove(name: MachineName, isMeant: (at: string) => boolean): void {
    for (const outcome of this.ofMachine(name))
      if (isMeant(timeText(beganMs(outcome)))) this.table.remove(outcome);
  }

  /** Notes an alert as it is now. What raised it is what its content was when it was noted first. */
  note(alert: Alert): void {
    if (!('prediction' in alert)) return;
    const found = this.of(alert.gateway, alert.alertId);
    const known = found?.kind === 'warning' ? found : null;
    const now = known ?? this.warningOf(alert);
    const { openedAt, resolvedAt: endedAt, prediction } = alert;
    const { ending: _, ...rest } = now;
    const { outcome: ending } = prediction;
    const severity = now.severity === 'critical' ? now.severity : prediction.severity;
    const next: WarningOutcome = {
      ...rest,
      openedAt,
      endedAt,
      severity,
      ...(endedAt !== null && ending !== undefined && { ending }),
    };
    const isSame =
      next.openedAt === known?.openedAt && next.endedAt === known.endedAt && next.ending === known.ending;
    if (isSame && next.severity === known?.severity) return;
    this.table.put(next);
    if (!isSame) this.infer(next);
  }

  /** Notes that a machine was reported as failed. @param state as it was known before; null if it was not */
  failed(gateway: string, ref: MachineRef, atMs: number, state: StateBefore | null): void {
    const usedSinceMs = state?.condition === 'running' ? state.conditionMs : undefined;
    const since = usedSinceMs !== undefined && usedSinceMs <= atMs ? usedSinceMs : undefined;
    const isSame = (each: Outcome) =>
      each.kind === 'failure' &&
      Math.abs(beganMs(each) - atMs) < anotherFailureMs &&
      (since === undefined || beganMs(each) >= since);
    if (this.ofMachine({ gateway, ...ref }).some(isSame)) return;
    const judgedBy = state && judgesMachine(state);
    this.failure(
      { gateway, ...ref },
      { failedMs: atMs, judgedBy, ...(since !== undefined && { usedSinceMs: since }) },
    );
  }

  failureAt(machine: MachineName, failedMs: number): Outcome | undefined {
    return this.of(machine.gateway, failureId(machine, failedMs));
  }

  /** Adds a failure, and infers whether anybody was warned of it. */
  failure(
    name: MachineName & { machineType: string },
    about: { failedMs: number; judgedBy?: FailureOutcome['judgedBy']; usedSinceMs?: number },
  ): Outcome {
    const { gateway, site, machine, machineType } = name;
    const { failedMs, judgedBy = null, usedSinceMs } = about;
    const failure: FailureOutcome = {
      kind: 'failure',
      id: failureId(name, failedMs),
      ...{ gateway, site, machine, machineType, judgedBy },
      failedAt: timeText(failedMs),
      ...(usedSinceMs !== undefined && { usedSinceMs }),
      ...{ verdict: 'unknown', isInferred: true, history: [], warnings: [] },
    };
    this.table.put(failure);
    return this.infer(failure);
  }

  /** Notes what a person says, once: neither a request that comes again nor the same words after each other change anything. */
  say(outcome: Outcome, { verdict, by, cause, note, requestId }: OutcomeSaid, nowMs: number): Outcome {
    const last = personsWord(outcome);
    const isSame = last?.verdict === verdict && last.by === by && last.cause === cause && last.note === note;
    const isKnown = requestId !== undefined && outcome.history.some((each) => each.requestId === requestId);
    if (isSame || isKnown) return outcome;
    const entry = { verdict, at: timeText(nowMs), isInferred: false, by, cause, note };
    const said = withEntry(outcome, { ...entry, ...(requestId !== undefined && { requestId }) });
    this.table.put(said);
    return this.infer(said);
  }

  /** Infers all of a machine anew, and returns this one of it as it is then. */
  private infer(outcome: Outcome): Outcome {
    const ofMachine = this.ofMachine(outcome);
    if (ofMachine.some(({ kind }) => kind === 'failure'))
      for (const changed of inferred(ofMachine, timeText(this.options.nowMs()))) this.table.put(changed);
    return this.of(outcome.gateway, outcome.id) ?? outcome;
  }

  private warningOf({ alertId, gateway, openedAt, resolvedAt, prediction }: MachineAlert): WarningOutcome {
    const { site, machine, machineType, failureMode, severity, confidence, decisionId } = prediction;
    const decision = this.options.decisionOf(gateway, decisionId);
    return {
      kind: 'warning',
      id: alertId,
      ...{ gateway, site, machine, machineType, failureMode, severity, openedAt, endedAt: resolvedAt },
      raisedBy: raisedBy(prediction, decision),
      ...(decision && { mode: decision.mode }),
      confidence: isEstimated(prediction) ? confidence : null,
      ...{ verdict: 'unknown', isInferred: true, history: [] },
    };
  }
}

function failureId({ gateway, site, machine }: MachineName, failedMs: number): string {
  const name = `${gateway}/${site}/${machine}/${failedMs}`;
  return `failure-${createHash('sha256').update(name).digest('hex').slice(0, 12)}`;
}
