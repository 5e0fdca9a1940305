import { silentFailureMode } from '../../../shared/contract/alerts/alert-kinds.ts';
import { newEvent } from '../../../shared/contract/envelope.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { durationText } from '../../../shared/words/times.ts';
import type { Alert, ConditionAlert, MachineAlert } from '../../ports/alerts.ts';
import type { StateChange } from '../../ports/operations.ts';
import type { MachineName, MachineSpan, RetiredMachine, RetireOutcome } from '../../ports/retired/retired.ts';
import { applyAlertChanges, Changes, type EventTables } from '../apply-event.ts';
import { endAlert } from '../by-hand/alert-closing.ts';
import type { WatermarkTable } from '../watermark-table.ts';
import { keyOfName, type RetiredTable, renamesOf } from './retired-table.ts';

export interface RetirementDeps {
  tables: EventTables & { retired: RetiredTable; watermarks: WatermarkTable };
  /** The group of a notifier. */
  groupOf(notifier: string): string | undefined;
  nowMs(): number;
  transaction<T>(change: () => T): Promise<T>;
  /** Tells of a change after it is durable. */
  emit(change: StateChange): void;
}

/** A machine that was heard so lately is taken to send on. */
const stillSendsMs = 15 * 60_000;
/** Entries of a list that one transaction removes. */
const removedAtOnce = 2_000;

/** Takes machines out of the lists of operations, each request in one transaction. */
export class Retirement {
  private readonly deps: RetirementDeps;

  constructor(deps: RetirementDeps) {
    this.deps = deps;
    // A gateway that cannot be noted now is found again at the next start.
    void this.noteEarlier().catch(() => {});
  }

  /** Earlier versions did not note which gateways are retired: then they had machines, and have none in the list. */
  private async noteEarlier(): Promise<void> {
    const { retired, machines } = this.deps.tables;
    const noted = ' noted';
    if (retired.isGatewayRetired(noted)) return;
    await this.deps.transaction(() => {
      const listed = new Set(machines.all().map(({ gateway }) => gateway));
      for (const { state, atMs, isBack } of retired.all())
        if (!isBack && !listed.has(state.gateway)) retired.putGateway(state.gateway, atMs);
      retired.putGateway(noted, Number.MAX_SAFE_INTEGER);
    });
  }

  /**
   * Ends their open alerts and moves them to the retired ones. Those that are retired already stay so. Watermarks of
   * `gateway` are removed too, because the store recognises what it sends again, and its alerts about itself end.
   * @throws HarbingerError MACHINE_NOT_LISTED, and nothing is changed
   */
  retire(names: readonly MachineName[], gateway?: string): Promise<RetireOutcome> {
    const { tables, nowMs } = this.deps;
    return this.change((changes) => {
      const outcome = { machines: 0, alerts: 0 };
      for (const name of names) {
        if (!tables.machines.has(name) && !tables.retired.get(name)) throw unknownMachine(name);
      }
      for (const name of names) {
        const ended = this.endAlerts(name, changes);
        const state = tables.machines.remove(name);
        outcome.alerts += ended;
        if (!state) continue;
        outcome.machines++;
        const before = this.renamesBefore(name);
        tables.retired.put({ state, atMs: nowMs(), why: 'retired', into: null, isBack: false, ...before });
        changes.gone.push(name);
      }
      if (gateway !== undefined) outcome.alerts += this.removeGateway(gateway, 'retired', changes);
      tables.retired.evict();
      return outcome;
    });
  }

  /**
   * Lists `from` under the name `to` from now on, with its open alerts; what is stored under `from` stays there and is
   * found through `to`, which may be a former name of `from`: that undoes a rename.
   * @throws HarbingerError MACHINE_NOT_LISTED, RENAME_REFUSED, and nothing is changed
   */
  rename(pairs: readonly (readonly [from: MachineName, to: MachineName])[], gateway?: string) {
    return this.change((changes): RetireOutcome => {
      const outcome: RetireOutcome = { machines: 0, alerts: 0 };
      const warnings: string[] = [];
      for (const [from, to] of pairs) {
        const warning = this.stillSends(from, to);
        // One sentence says it for a whole gateway.
        if (warning !== null && (gateway === undefined || warnings.length === 0)) warnings.push(warning);
        // One that is renamed ends them itself, under its new name.
        if (gateway === undefined) this.endSilence(from, to, changes);
        outcome.alerts += this.renameOne(from, to, changes);
        outcome.machines++;
      }
      if (warnings.length > 0) outcome.warnings = warnings;
      if (gateway !== undefined) outcome.alerts += this.removeGateway(gateway, 'renamed', changes);
      this.deps.tables.retired.evict();
      return outcome;
    });
  }

  /** Removes what the lists have of retired machines, in as many transactions as it takes; returns how many entries. */
  async erase(names: readonly MachineSpan[]): Promise<number> {
    const { tables } = this.deps;
    let removed = 0;
    for (const name of names) {
      const subject = `${name.site}/${name.machine}`;
      const isOf = (gateway: string, at: string) => gateway === name.gateway && isWithin(name, at);
      for (let some = removedAtOnce; some === removedAtOnce; ) {
        some = await this.deps.transaction(() => tables.lists.removeSubject(subject, isOf, removedAtOnce));
        removed += some;
      }
    }
    await this.change((changes) => {
      for (const name of names) {
        changes.forgotten.push(...tables.alerts.remove(name, ({ openedAt }) => isWithin(name, openedAt)));
        tables.outcomes.remove(name, (at) => isWithin(name, at));
        tables.machineLog.remove(name, (at) => isWithin(name, at));
        if (name.untilMs !== undefined) continue;
        if (!tables.machines.has(name)) tables.limits.remove(name);
        const row = tables.retired.get(name);
        if (row && !row.isBack) tables.retired.put({ ...row, why: 'deleted', into: null });
      }
    });
    return removed;
  }

  /**
   * A machine that was just heard will be heard again under its old name, unless that is changed where it is named: then it is silent
   * under that, or heard under the new one since.
   */
  private stillSends(from: MachineName, to: MachineName): string | null {
    const { tables, nowMs } = this.deps;
    const { heardMs, renamedFrom } = tables.machines.get(from) ?? {};
    const target = tables.machines.get(to);
    const isHeardThere = target?.renamedFrom === undefined && (target?.heardMs ?? 0) > (heardMs ?? 0);
    if (isHeardThere || this.silenceOf(from).length > 0) return null;
    if (heardMs === undefined || renamedFrom !== undefined || nowMs() - heardMs > stillSendsMs) return null;
    const ago = durationText(Math.max(0, nowMs() - heardMs));
    const [old, now] = from.gateway === to.gateway ? [from, to].map(textOf) : [from.gateway, to.gateway];
    const where =
      from.gateway === to.gateway ? 'its topic or the route of its gateway' : 'the name of the gateway';
    return (
      `${old} still sends under this name (last heard ${ago} ago). Change ${where} to ${now}; until then nothing comes under the new ` +
      'name, so its state is unknown, and what comes under the old one is listed as a machine of its own. Rename it once more after that'
    );
  }

  private renameOne(from: MachineName, to: MachineName, changes: RetiredChanges): number {
    const { tables, nowMs } = this.deps;
    if (keyOfName(from) === keyOfName(to)) throw refused(from, 'it has that name');
    const earlier: RetiredMachine | undefined = tables.retired.get(from);
    const state = tables.machines.remove(from) ?? (earlier?.isBack === false ? earlier.state : null);
    if (!state) throw unknownMachine(from);
    const moved = tables.alerts.move(from, to);
    tables.endings.move(from, to);
    tables.limits.move(from, to);
    tables.outcomes.move(from, to);
    tables.machineLog.move(from, to);
    tables.maintenance.move(from, to);
    // Back to a former name: from now on that one has the history, as before a rename that was a mistake.
    if (tables.retired.leadsTo(to, from)) tables.retired.undo(to, from);
    else tables.retired.returned(to);
    const before = this.renamesBefore(from);
    tables.retired.put({ state, atMs: nowMs(), why: 'renamed', into: to, isBack: false, ...before });
    const target = tables.machines.takeOver(to, state, tables.alerts.openOn(to.gateway, to));
    tables.retired.gatewayReturned(to.gateway);
    changes.gone.push(from);
    changes.machine(target);
    for (const alert of moved) changes.alert(alert);
    return moved.length;
  }

  /** A device that sends under the new name does not send under the old one: that says nothing of the machine. */
  private endSilence(from: MachineName, to: MachineName, changes: RetiredChanges): void {
    const words = { by: '', reason: `the machine was renamed to ${textOf(to)}` };
    for (const alert of this.silenceOf(from)) endAlert(this.deps, alert, words, changes);
  }

  private silenceOf(name: MachineName): Alert[] {
    const open = this.deps.tables.alerts.openOf(name.gateway, name);
    return open.filter(
      (alert) => 'prediction' in alert && alert.prediction.failureMode === silentFailureMode,
    );
  }

  /** The renames of machines that had a name before the one that has it now. */
  private renamesBefore(name: MachineName): Pick<RetiredMachine, 'earlier'> {
    const row = this.deps.tables.retired.get(name);
    const earlier = row?.isBack ? renamesOf(row) : row?.earlier;
    return earlier && earlier.length > 0 ? { earlier } : {};
  }

  private endAlerts(name: MachineName, changes: RetiredChanges): number {
    const { tables } = this.deps;
    const ended = tables.alerts.retire(name, (alert) => this.endOf(name, alert));
    applyAlertChanges(tables, name.gateway, ended, changes);
    return ended.length;
  }

  /** Under a former name nobody would ever end what the gateway has reported of itself. Returns how many alerts end. */
  private removeGateway(gateway: string, why: 'retired' | 'renamed', changes: RetiredChanges): number {
    const { tables, nowMs } = this.deps;
    tables.watermarks.removeGateway(gateway);
    tables.endings.removeOf(gateway);
    const atMs = nowMs();
    tables.retired.putGateway(gateway, atMs);
    const endOf = ({ alertId, condition }: ConditionAlert) => {
      const about = { gateway, id: `${why}/${atMs}/${alertId}`, timeMs: atMs };
      const data = { ...condition, reasons: [`The gateway was ${why}.`] };
      return newEvent('io.harbinger.condition.resolved.v1', about, data);
    };
    const ended = tables.alerts.retireConditions(gateway, endOf);
    applyAlertChanges(tables, gateway, ended, changes);
    return ended.length;
  }

  /** The event that receivers of the alert get. */
  private endOf(
    { gateway, site, machine }: MachineName,
    { alertId, prediction }: MachineAlert,
  ): HarbingerEvent {
    const atMs = this.deps.nowMs();
    const about = { gateway, id: `retired/${atMs}/${alertId}`, timeMs: atMs, subject: `${site}/${machine}` };
    const data = { ...prediction, reasons: ['The machine was retired.'], outcome: 'retired' };
    return newEvent('io.harbinger.prediction.resolved.v1', about, data);
  }

  private async change<T>(make: (changes: RetiredChanges) => T): Promise<T> {
    const { result, changes } = await this.deps.transaction(() => {
      const made = new RetiredChanges();
      return { result: make(made), changes: made };
    });
    this.deps.tables.notifications.announce(changes.notifiers);
    this.deps.tables.endings.announce(changes.owed);
    const machines = [...changes.machines.values()].filter((state) => this.deps.tables.machines.has(state));
    this.deps.emit({ machines, alerts: [...changes.alerts.values()], isLess: changes.isLess });
    return result;
  }
}

class RetiredChanges extends Changes {
  readonly gone: MachineName[] = [];
  readonly forgotten: string[] = [];

  get isLess(): boolean {
    return this.gone.length + this.forgotten.length > 0;
  }
}

function isWithin({ afterMs = -Infinity, untilMs = Infinity }: MachineSpan, at: string): boolean {
  const ms = Date.parse(at);
  return ms > afterMs && ms <= untilMs;
}

function unknownMachine({ gateway, site, machine }: MachineName): HarbingerError {
  return new HarbingerError(
    'MACHINE_NOT_LISTED',
    'api',
    `no machine ${site}/${machine} of gateway '${gateway}' is known; see \`harbinger machines list\``,
  );
}

const textOf = ({ site, machine }: MachineName): string => `${site}/${machine}`;

function refused({ site, machine }: MachineName, why: string): HarbingerError {
  return new HarbingerError('RENAME_REFUSED', 'api', `${site}/${machine} cannot be renamed: ${why}`);
}
