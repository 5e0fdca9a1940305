import type { Clock } from '../../../shared/runtime/clock.ts';
import type {
  AlertInput,
  LimitsChanged,
  MachineIdentity,
  Relearnt,
  SensorFault,
} from '../../ports/decision.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ColumnBatch, RefusedValue } from '../../ports/watch.ts';
import { modeOf } from '../baselines/mode-name.ts';
import { CatchingUp } from '../catching-up.ts';
import type { LateReadings } from '../late/late-readings.ts';
import type { MachineLevels } from '../levels/machine-levels.ts';
import type { MachineLimits } from '../limits/machine-limits.ts';
import type { SparedMachine } from '../maintenance/aside.ts';
import { behaviourOf } from '../own-episodes/told-behaviour.ts';
import { presenceFields } from '../running/rest-reports.ts';
import type { Running } from '../running/running.ts';
import { forgetRest, type RestingMachine } from '../running/running-of.ts';
import type { Hearing } from '../silence/hearing.ts';
import type { MachineWindow, Taken } from './machine-window.ts';
import { isMarked, type Scheduled } from './schedule.ts';
import { SensorFaults } from './sensor-faults.ts';

/** Saves baselines across restarts; it is notified of every machine that gets or loses a window. */
export interface BaselineKeeper {
  /** May restore the machine's baseline. */
  watched(machine: WatchedMachine): void;
  /** The window was reset: the former baseline must not be restored. */
  renewed(machine: WatchedMachine): void;
  evicted(machine: WatchedMachine): void;
  /** All rows up to this block have been taken. */
  reached(block: BlockPosition): void;
}

/** Knows when machines are heard, whether they have a window or not. */
export interface HearingKeeper {
  /** Returns null if nobody wants to know. */
  of(identity: MachineIdentity): Hearing | null;
  /** A live reading came. Returns from when on the next one is of interest: monotonic, in whole ms. */
  heard(hearing: Hearing, nowMs: number, timeMs: number): number;
  /** A value came that is in no row. */
  isThere(hearing: Hearing, nowMs: number): void;
  /** It rests from now on, or runs. */
  rests(hearing: Hearing, isResting: boolean): void;
  /** Its device has said that it is there, or not. */
  said(hearing: Hearing, isOnline: boolean): void;
}

/** A machine that has a window. */
export interface WatchedMachine extends SparedMachine, RestingMachine {
  running: Running | null;
  identity: MachineIdentity;
  readonly key: string;
  /** The index that ColumnBatch uses. */
  readonly index: number;
  window: MachineWindow;
  readonly schedule: Scheduled;
  owner: string;
  /** Null if it sends readings of now. */
  catchingUp: CatchingUp | null;
  /** Null as long as no value of the machine was refused. */
  faults: SensorFaults | null;
  /** A value of it was refused since its window began: that it sends none now is worth a decision too. */
  hadFaults: boolean;
  /** When a value of a sensor was refused last, by column: monotonic. Null if none was. */
  refusedMs: Map<number, number> | null;
  /** Null if no limit of its type raises an alert. */
  limits: MachineLimits | null;
  /** Its readings since it was not heard for a while, among which older ones may come; null if none may. */
  late: LateReadings | null;
  /** The levels of its sensors with limits; null if nobody remembers them. */
  readonly levels: MachineLevels | null;
  /** The change of its limits that no decision has heard of yet, and the one that the present decision hears of. */
  limitChange: LimitsChanged | null;
  toldChange: LimitsChanged | null;
  /** A person has said that what it does is normal: of that no decision has heard yet, and of this the present one hears. */
  relearnt: Relearnt | null;
  toldRelearnt: Relearnt | null;
  /** Sensors that were retired, of which no decision has heard yet, and those of which the present one hears. */
  gone: readonly string[] | null;
  toldGone: readonly string[] | null;
  /** When it last sent, to within `seenResolutionMs`: monotonic, in whole ms, which V8 stores without an allocation. */
  seenMs: number;
  /** Null if its silence is not told. */
  readonly hearing: Hearing | null;
  /** From when on it is noted that it sends. */
  noteFromMs: number;
  newer: WatchedMachine | null;
  older: WatchedMachine | null;
}

/** True if a decision about the machine can find something: its window is ready, or a limit is or was met, or a value refused. */
export function hasSomethingToSay(machine: WatchedMachine): boolean {
  const { window, limits, limitChange, hadFaults, relearnt } = machine;
  if (window.ready || relearnt !== null || hadFaults || window.sensorRuns.out > 0 || limitChange !== null)
    return true;
  return limits !== null && (limits.isNews || limits.hasMet);
}

/** True if a decision has to wait for the readings that follow at once. */
export function waitsForNewer(machine: WatchedMachine, clock: Clock): boolean {
  const { window, relearnt, limitChange, late } = machine;
  const nowMs = clock.monotonicMs();
  machine.catchingUp = CatchingUp.after(machine.catchingUp, clock.nowMs() - window.newestMs, nowMs);
  // A person who has changed something waits for what follows.
  if (relearnt !== null || limitChange !== null) return false;
  return late?.putsInOrder(nowMs) || (machine.catchingUp?.waits(nowMs, late?.hasNew) ?? false);
}

/** True if a reading that was taken as this makes the machine due, which it is not yet: a limit switched, or there is a new row to judge. */
export function isDueAfter(machine: WatchedMachine, taken: Taken): boolean {
  if (isMarked(machine.schedule)) return false;
  if (machine.limits?.isNews) return true;
  return taken === 'row' && hasSomethingToSay(machine);
}

/**
 * Judges what holds at rest too, in a reading that was set aside: limits that say so, and whether a sensor that was not well is
 * well again. Returns true if that is worth a decision.
 */
export function isNewsAtRest(machine: WatchedMachine, batch: ColumnBatch, i: number, nowMs: number): boolean {
  const { running, window, isAtRest, hadFaults } = machine;
  const { values, offset, timeMs, replay } = batch;
  // Nobody has said that limits hold in a rest that was learnt, and so not in the peaks of the start after it.
  const held = machine.limits?.heldAside(running?.isResting === false) ?? null;
  const limits = held && machine.limits;
  const { sensorRuns } = window;
  if (!isAtRest || !(limits || hadFaults || sensorRuns.out > 0) || !running?.isNewest(timeMs[i]!))
    return false;
  window.passes(timeMs[i]!);
  limits?.take(values, offset[i]!, offset[i + 1]!, timeMs[i]!, !replay, held);
  if (limits && !replay) machine.late?.goesOn(batch, i, nowMs, window.clock.hasSeveral, true);
  if (machine.faults !== null) endFaults(machine, values, offset[i]!, offset[i + 1]!);
  const isSentAgain = !replay && sensorRuns.heardAtRest(values, offset[i]!, offset[i + 1]!);
  // An alert ends when it is well for a while: that takes further decisions.
  machine.hadFaults ||= isSentAgain;
  return !replay && (machine.hadFaults || limits?.isNews === true);
}

/** A fault that began in work goes on at rest if it comes back within this time. */
const faultGoesOnMs = 3_600_000;

/** True if a value that was refused at rest goes on with a fault from before. What a sensor sends whose machine is switched off is none. */
export function goesOnAtRest(
  { isAtRest, refusedMs }: WatchedMachine,
  column: number,
  nowMs: number,
): boolean {
  return isAtRest && nowMs - (refusedMs?.get(column) ?? Number.NEGATIVE_INFINITY) < faultGoesOnMs;
}

/** Notes a value that its sensor cannot have. @param nowMs monotonic */
export function noteFault(machine: WatchedMachine, value: RefusedValue, nowMs: number): void {
  if (value.isText) {
    machine.window.baseline.leaveOut(value.column);
    machine.faults?.forget(value.column);
    return;
  }
  machine.faults ??= new SensorFaults();
  machine.faults.refused(value);
  machine.refusedMs ??= new Map();
  machine.refusedMs.set(value.column, nowMs);
  machine.window.sensorRuns.refused(value.column);
  machine.hadFaults = true;
}

/** Ends the faults of the sensors that have a value in a reading. */
export function endFaults(machine: WatchedMachine, values: Float32Array, from: number, to: number): void {
  machine.faults?.heard(values, from, to);
  if (machine.faults?.isEmpty) machine.faults = null;
}

/** Forgets one sensor. Returns true if that is worth a decision. */
export function forgetSensor(machine: WatchedMachine, column: number): boolean {
  const sensor = machine.identity.type.sensors[column];
  if (sensor) noteGone(machine, sensor.name);
  machine.window.clear(column);
  machine.limits?.forget(column);
  machine.faults?.forget(column);
  if (machine.faults?.isEmpty) machine.faults = null;
  return hasSomethingToSay(machine);
}

/** The next decision hears of sensors that are gone, so that nothing stays open for them. */
export function noteGone(machine: WatchedMachine, ...sensors: readonly string[]): void {
  if (sensors.length > 0) machine.gone = [...(machine.gone ?? []), ...sensors];
}

/** A machine without faults and news. */
export const noNews = {
  isAside: false,
  isAtRest: false,
  catchingUp: null,
  faults: null,
  hadFaults: false,
  refusedMs: null,
  late: null,
  limitChange: null,
  toldChange: null,
  gone: null,
  toldGone: null,
  relearnt: null,
  toldRelearnt: null,
} as const;

/** Learns anew what is normal; the next decision hears of it, which is due. Returns false if nothing had changed. */
export function learnAnew(machine: WatchedMachine, said: Relearnt): boolean {
  const { baseline } = machine.window;
  machine.relearnt = said;
  if (said.what === 'state') return baseline.confirmNormal();
  if (said.what === 'mode') return baseline.confirmMode();
  baseline.relearn();
  forgetRest(machine);
  return true;
}

/** The machine goes on, under another index, with what is normal for the sensors that it still has. */
export function follow(machine: WatchedMachine, before: Pick<WatchedMachine, 'identity' | 'window'>): void {
  const names = namesOf(machine.identity);
  const namesBefore = namesOf(before.identity);
  machine.window.baseline.restore(before.window.baseline.save(namesBefore), names);
  noteGone(machine, ...namesBefore.filter((name) => !names.includes(name)));
}

const namesOf = ({ type }: MachineIdentity) => type.sensors.map(({ name }) => name);

/** The present decision hears of what has changed, and no later one. */
export function takeNews(machine: WatchedMachine): void {
  machine.toldChange = machine.limitChange;
  machine.limitChange = null;
  machine.toldRelearnt = machine.relearnt;
  machine.relearnt = null;
  machine.toldGone = machine.gone;
  machine.gone = null;
}

/** A counter that keeps its value counts nothing: its machine stands, and no probe is stuck. */
function isAtRest({ sensor, stuck }: SensorFault, { identity, window }: WatchedMachine): boolean {
  if (!stuck) return false;
  return window.baseline.kindOf(identity.type.sensors.findIndex(({ name }) => name === sensor)) === 'counter';
}

/**
 * Returns the input of a decision about a taken machine: a copy of its current window, which is its own until it is
 * released.
 * @param nowMs the time of the decision if the machine has no reading yet: all of its values were refused, or it was replaced
 */
export function alertInput(machine: WatchedMachine, nowMs: number): AlertInput {
  const { identity, window, levels } = machine;
  const timeMs = Number.isFinite(window.newestMs) ? window.newestMs : nowMs;
  const { sensors } = identity.type;
  const { baseline, paceMs } = window;
  const { sensorRuns } = window;
  const runs = sensorRuns.list(sensors);
  const judged = runs.length === 0 ? runs : runs.filter((fault) => !isAtRest(fault, machine));
  const faults = machine.faults ? [...machine.faults.list(sensors), ...judged] : judged;
  const limits = machine.limits?.list() ?? [];
  // Older readings that have just come may show that a spell was otherwise.
  const passed = (machine.late?.hasNew ? null : machine.limits?.takePassed()) ?? [];
  machine.limits?.passed.heard();
  machine.late?.hears(limits, passed, timeMs);
  const named = ({ column, ...range }: { column: number; level: number; low: number; high: number }) => {
    const isRate = baseline.kindOf(column) === 'counter' && { isRate: true as const };
    return sensors[column] ? { sensor: sensors[column].name, ...range, ...isRate } : null;
  };
  const ranges = baseline.beyond().flatMap((each) => named(each) ?? []);
  const onset = baseline.onsetScore();
  // Inputs have one shape, with what is absent too: what is compiled for a shape is thrown away for each other one.
  return {
    machine: identity,
    timeMs,
    judgedMs: window.judgedMs,
    window: window.copy(),
    rows: identity.type.windowRows,
    place: window.place() ?? undefined,
    cutOff: window.cutOff,
    // At rest nothing is judged but limits and faults, as of a window that is not whole.
    isShort: !window.ready || machine.isAtRest || undefined,
    isAtRest: machine.isAtRest || undefined,
    learning: baseline.learning ?? undefined,
    rowMs: paceMs ?? undefined,
    evidence: some(presenceFields(machine, timeMs)),
    faults: some(faults),
    unsent: some(sensorRuns.unsent(sensors)),
    gone: machine.toldGone ?? undefined,
    limits: some(limits),
    passed: some(passed),
    timeToLimit: levels ? (of) => levels.timesToLimits(of) : undefined,
    beyond: some(ranges),
    behaviour: behaviourOf(baseline.behaves(), named),
    mode: () => modeOf(baseline.mode(), sensors),
    onset: onset > 0 ? onset : undefined,
    relearnt: machine.toldRelearnt ?? undefined,
    limitsChanged: machine.toldChange ?? undefined,
  };
}

const some = <T>(list: readonly T[]) => (list.length > 0 ? list : undefined);
