/**
 * Teaching (gateway/watch/teaching): what is normal for a machine is learnt from its history, as if it had been watched then, and no
 * decision is made about any row of it. It takes the place of what was learnt before when the last row has come.
 */
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { stateCode } from '../../../shared/domain/states.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Lesson, MachineHere, TeachOutcome } from '../../ports/retiring.ts';
import type { Baseline } from '../baselines/baseline.ts';
import { learnRest, type RestingMachine, restOf } from '../running/running-of.ts';
import type { MachineWindow } from '../windows/machine-window.ts';
import { windowOf } from '../windows/window-of-type.ts';
import { doubtsAbout, type Seen, saysEnough } from './doubts.ts';

/** As many machines at most are taught at the same time. */
const pupilsMax = 4;
/** A teaching that was left alone for this long makes room for another. */
const aloneMsMax = 60_000;
const aheadMsMax = 60_000;
const unlimited = { take: () => true };

interface Pupil extends RestingMachine {
  /** The id of its teaching. */
  teaching: string;
  /** When its last lesson came: monotonic. */
  heardMs: number;
  window: MachineWindow;
  /** By sensor of its type: the place in a row of a lesson; −1: there is none. */
  places: number[];
  counts: Pick<TeachOutcome, 'rows' | 'atRest' | 'leftOut' | 'withoutTime' | 'ofFuture' | 'fromMs' | 'toMs'>;
  /** By sensor of its type: the values of it that rows had. */
  seen: Seen[];
  values: Float32Array;
  newestMs: number;
}

export interface TeachingOptions {
  /** Null if the machine is not watched. */
  typeOf(site: string, machine: string): MachineType | null;
  baselineOf(machine: MachineHere): Baseline | null;
  clock: Clock;
}

const unknown: TeachOutcome = {
  ...{ isKnown: false, isTaught: false, rows: 0, atRest: 0, leftOut: 0 },
  ...{ withoutTime: 0, ofFuture: 0, unknownSensors: [], emptySensors: [], doubts: [] },
  ...{ fromMs: null, toMs: null, learning: null },
};

export class Teaching {
  private readonly options: TeachingOptions;
  private readonly pupils = new Map<string, Pupil>();

  constructor(options: TeachingOptions) {
    this.options = options;
  }

  /**
   * Takes rows of a machine's history, in the order of their times. @throws HarbingerError TEACHING_UNKNOWN for a lesson that goes on
   * with none that is known, so that a part of a history never takes the place of more; TEACHING_BUSY
   */
  teach({ site, machine }: MachineHere, lesson: Lesson): TeachOutcome {
    const key = `${site}/${machine}`;
    const type = this.options.typeOf(site, machine);
    const before = this.options.baselineOf({ site, machine });
    if (!type || !before) return unknown;
    const pupil = lesson.isFirst ? this.begin(key, type, lesson) : this.goOn(key, type, lesson);
    const nowMs = this.options.clock.nowMs();
    for (const row of lesson.rows) learn(pupil, row, nowMs);
    const { baseline } = pupil.window;
    const { learning } = baseline.behaves();
    const names = type.sensors.map(({ name }) => name);
    const unknownSensors = lesson.sensors.filter((name) => !names.includes(name));
    const emptySensors = names.filter((_, column) => pupil.seen[column]!.values === 0);
    const found = { unknownSensors, emptySensors, doubts: [], learning };
    const outcome = { ...pupil.counts, isKnown: true, isTaught: false, ...found };
    if (!lesson.isLast) return outcome;
    this.pupils.delete(key);
    // Too short or empty a history would leave the machine with less than it knows.
    if (!baseline.ready || !saysEnough(pupil.seen, baseline, before)) return outcome;
    const doubts = doubtsAbout(type, pupil.seen, baseline, before);
    if (doubts.length > 0 && !lesson.isSure) return { ...outcome, doubts };
    const { faults } = before.save(names);
    const isTaught = before.restore({ ...baseline.save(names), ...(faults && { faults }) }, names);
    return { ...outcome, doubts, isTaught };
  }

  /** Begins a teaching, which takes the place of one of the same machine. */
  private begin(key: string, type: MachineType, { teaching, sensors, isLast }: Lesson): Pupil {
    const { pupils } = this;
    const heardMs = this.options.clock.monotonicMs();
    pupils.delete(key);
    const pupil = newPupil(type, sensors, { teaching, heardMs });
    if (isLast) return pupil;
    if (pupils.size >= pupilsMax) {
      const [alone] = [...pupils].filter(([, other]) => heardMs - other.heardMs >= aloneMsMax);
      if (!alone)
        throw new HarbingerError(
          'TEACHING_BUSY',
          'intelligence',
          `${pupils.size} machines are being taught, and no more can be at once: try again when one of them is done, or in a minute`,
          { retry: true },
        );
      pupils.delete(alone[0]);
    }
    pupils.set(key, pupil);
    return pupil;
  }

  private goOn(key: string, type: MachineType, { teaching }: Lesson): Pupil {
    const pupil = this.pupils.get(key);
    if (pupil?.teaching !== teaching)
      throw unknownTeaching(
        key,
        pupil ? 'another one of this machine has begun' : 'the gateway was restarted, or it was left alone',
      );
    if (pupil.identity.type !== type) {
      this.pupils.delete(key);
      throw unknownTeaching(key, 'the sensors or limits of the machine have changed');
    }
    // The one that was left alone for longest is the first.
    this.pupils.delete(key);
    this.pupils.set(key, pupil);
    pupil.heardMs = this.options.clock.monotonicMs();
    return pupil;
  }
}

function unknownTeaching(key: string, why: string): HarbingerError {
  return new HarbingerError(
    'TEACHING_UNKNOWN',
    'intelligence',
    `the teaching of ${key} has ended before its last row, since ${why}: nothing was replaced, and what was learnt before stays; teach it again from the beginning`,
  );
}

function newPupil(
  type: MachineType,
  sensors: readonly string[],
  of: Pick<Pupil, 'teaching' | 'heardMs'>,
): Pupil {
  return {
    ...of,
    identity: { type },
    window: windowOf(type, unlimited),
    ...restOf(type, null),
    ...{ limits: null, hearing: null },
    places: type.sensors.map(({ name }) => sensors.indexOf(name)),
    counts: { rows: 0, atRest: 0, leftOut: 0, withoutTime: 0, ofFuture: 0, fromMs: null, toMs: null },
    seen: type.sensors.map(() => ({
      values: 0,
      low: Number.POSITIVE_INFINITY,
      high: Number.NEGATIVE_INFINITY,
    })),
    values: new Float32Array(type.sensors.length),
    newestMs: Number.NEGATIVE_INFINITY,
  };
}

function note(seen: Seen, value: number): void {
  seen.values++;
  if (value < seen.low) seen.low = value;
  if (value > seen.high) seen.high = value;
}

function learn(pupil: Pupil, [timeMs, ...cells]: Lesson['rows'][number], nowMs: number): void {
  const { window, places, counts, values } = pupil;
  const { type } = pupil.identity;
  const isTime = typeof timeMs === 'number' && Number.isFinite(timeMs);
  const isFuture = isTime && timeMs > nowMs + aheadMsMax;
  if (!isTime || isFuture || timeMs < pupil.newestMs) {
    counts.leftOut++;
    if (!isTime) counts.withoutTime++;
    if (isFuture) counts.ofFuture++;
    return;
  }
  places.forEach((place, column) => {
    const cell = place < 0 ? null : (cells[place] ?? null);
    const { kind, states, min, max } = type.sensors[column]!;
    const text = typeof cell === 'string' && kind === 'state' ? stateCode(cell, states) : Number.NaN;
    const value = typeof cell === 'number' && cell >= min && cell <= max ? cell : text;
    values[column] = value;
    if (!Number.isNaN(value)) note(pupil.seen[column]!, value);
  });
  pupil.newestMs = timeMs;
  counts.fromMs ??= timeMs;
  counts.toMs = timeMs;
  if (pupil.running?.takes(type, values, 0, values.length, timeMs)) {
    counts.atRest++;
    return;
  }
  window.push(values, 0, values.length, timeMs, false);
  const offset = Int32Array.of(0, values.length);
  learnRest(pupil, { values, offset, timeMs: Float64Array.of(timeMs) }, 0);
  counts.rows++;
}
