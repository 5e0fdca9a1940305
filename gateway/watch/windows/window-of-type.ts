import { type MachineType, windowRowsMin } from '../../../shared/domain/machine-type.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { ColumnBatch } from '../../ports/watch.ts';
import { baselineOptions } from '../baselines/baseline-options.ts';
import type { SampleBudget } from '../baselines/sample-budget.ts';
import type { LimitPlans } from '../limits/limit-plans.ts';
import type { Aside } from '../maintenance/aside.ts';
import { restOf } from '../running/running-of.ts';
import type { Slot } from './machine-slots.ts';
import { MachineWindow } from './machine-window.ts';
import type { TakenBlock } from './rows/row-blocks.ts';
import { newlyScheduled } from './schedule.ts';
import { follow, noNews, type WatchedMachine } from './watched-machine.ts';
import type { WindowsOptions } from './windows-options.ts';

/**
 * Share of its type's step for which a machine rests; at 1, each step's reading would wait for the end of the rest
 * before it.
 */
const restOfStep = 0.8;
/** Longest rest, however slowly machines of the type age. */
const restMsOfStepMax = 1_000;
/** Resting time by type: a window of readings that come faster than the machine ages adds no information. */
function restMsOf(type: MachineType, intervalMsMin: number): number {
  return Math.max(intervalMsMin, Math.min(type.stepMs * restOfStep, restMsOfStepMax));
}

export function windowOf(
  type: MachineType,
  samples: Pick<SampleBudget, 'take'>,
  block?: TakenBlock,
): MachineWindow {
  const baseline = { ...baselineOptions(type), samples };
  return new MachineWindow(type.windowRows, type.sensors.length, baseline, {
    rowsMin: windowRowsMin(type),
    stepMs: type.rowPer === 'step' ? type.stepMs : 0,
    ...(block && { block }),
  });
}

/** A sensor that was not heard for so many times its longest usual gap has a hole there, of which nobody knows what its limits were. */
const holeGaps = 3;
/** So many readings must be known before: the pace of a few is that of the outage between them. */
const knownRowsMin = 32;

/** Gives a machine new limits of its type, which know what is usual for it. */
export function giveLimits(machine: WatchedMachine, plans: LimitPlans): void {
  machine.limits = plans.of(machine.identity.type, machine.running);
  if (machine.limits === null) return;
  machine.limits.holes.usualMs = (column) => {
    const { window, hearing, identity } = machine;
    const { paceMs, sensorRuns } = window;
    if (paceMs === null || window.baseline.rows < knownRowsMin) return Number.POSITIVE_INFINITY;
    const usualMs = [
      paceMs,
      identity.type.stepMs,
      hearing?.rhythm.usualMs ?? 0,
      sensorRuns.usualGapMs(column),
    ];
    return holeGaps * Math.max(...usualMs);
  };
}

/** A machine that has lost one of the sensors of its own has another index, and keeps what is normal for the others. */
export function goOnAsNew(
  gone: readonly WatchedMachine[],
  newMachines: ColumnBatch['newMachines'],
  watch: (index: number, seenMs: number) => WatchedMachine | null | undefined,
): void {
  for (const { identity, key, window, seenMs } of gone) {
    const found = newMachines.find(({ site, machine }) => `${site}/${machine}` === key);
    const machine = found && watch(found.machineIndex, seenMs);
    if (machine) follow(machine, { identity, window });
  }
}

/** True if rows of the batch come after `learntTo`; live rows always do. */
export function isNew({ replay, block }: ColumnBatch, learntTo: BlockPosition): boolean {
  return !replay || !block || block.journal !== learntTo.journal || block.seq > learntTo.seq;
}

/** The parts that a new machine needs. */
interface Parts extends Pick<WindowsOptions, 'hearings' | 'levels' | 'intervalMsMin'> {
  aside: Aside;
  limits: LimitPlans;
  samples: SampleBudget;
  block: TakenBlock;
}

/** Returns a machine as it is when it gets its window. */
export function newlyWatched(
  { identity, owner }: Slot,
  index: number,
  nowMs: number,
  parts: Parts,
): WatchedMachine {
  const { hearings, levels, intervalMsMin, aside, limits, samples, block } = parts;
  const { type } = identity;
  const hearing = hearings?.of(identity) ?? null;
  const rest = restOf(type, hearing);
  const machine: WatchedMachine = {
    identity,
    maintenance: aside.spansOf(identity),
    key: `${identity.site}/${identity.machine}`,
    index,
    owner,
    window: windowOf(type, samples, block),
    limits: null,
    levels: levels?.watched(identity) ?? null,
    ...{ ...noNews, ...rest, hearing },
    schedule: newlyScheduled(restMsOf(type, intervalMsMin)),
    ...{ seenMs: nowMs, noteFromMs: nowMs, newer: null, older: null },
  };
  giveLimits(machine, limits);
  return machine;
}
