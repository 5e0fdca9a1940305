/**
 * Replays whole lives through the gateway's own watch and alert decision, under a clock that advances
 * row by row: windows, detector, model worker, decision, hysteresis and cool-down are those of a running
 * gateway. Several policies decide on the same windows at once, each with its own alerts.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColumnBatch } from '../../gateway/ports/watch.ts';
import { WatchConfig } from '../../gateway/watch/config.ts';
import { Watch } from '../../gateway/watch/watch.ts';
import type { Fleet, WatchedRun } from '../../models/backtest/fleet.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { type ManualClock, manualClock } from '../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';
import { policiesOf } from './policies.ts';
import { PolicyDecisions, type PolicyWarnings } from './policy-decisions.ts';

/** Number of machines that are replayed together, which is the size of the gateway's own batches. */
const machinesAtOnce = 64;
const readConfig = compileValidator(WatchConfig);

export interface ReplayOptions {
  fleet: Fleet;
  type: MachineType;
  /** Folder with one folder per model. Default: the models that ship with the product. */
  artefactsDir?: string;
  /** Names of the policies to judge by; all if absent. */
  only?: readonly string[];
  /** Called with the number of rows done since the last call. */
  progress(rows: number): void;
  signal?: AbortSignal;
}

/**
 * Replays a fleet and returns the warnings of each policy. Rows of up to 64 machines advance together, one
 * nominal step of the type at a time.
 * @throws HarbingerError MODEL_UNAVAILABLE if the type's model cannot be used; BACKTEST_STOPPED
 */
export async function replayFleet(options: ReplayOptions): Promise<PolicyWarnings[]> {
  const { type, fleet } = options;
  const clock = manualClock();
  const folder = await mkdtemp(join(tmpdir(), 'harbinger-backtest-'));
  const watch = createWatch(options, clock);
  const policies = policiesOf(type, watch).filter(({ name }) => options.only?.includes(name) ?? true);
  const decisions = await PolicyDecisions.create(policies, type, folder, clock);
  try {
    await decisions.start();
    await watch.start((inputs) => decisions.decide(inputs));
    checkModel(watch, type);
    const longestFirst = [...fleet.runs].sort((a, b) => b.rows - a.rows);
    for (let first = 0; first < longestFirst.length; first += machinesAtOnce) {
      const group = longestFirst.slice(first, first + machinesAtOnce);
      await replayGroup(group, first, watch, decisions, clock, options);
    }
    return decisions.warnings();
  } finally {
    await decisions.stop();
    await watch.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function createWatch({ type, fleet, artefactsDir }: ReplayOptions, clock: ManualClock): Watch {
  const config = readConfig(
    {
      machinesMax: fleet.runs.length,
      batchMax: machinesAtOnce,
      intervalMsMin: 1,
      ...(artefactsDir !== undefined && { artefactsDir }),
    },
    (problem) => new Error(problem),
  );
  const types = new Map([[type.name, type]]);
  return new Watch({ types, config, clock, random: seededRandom(1), log: silentLog });
}

/** Refuses to judge a policy whose model is not loaded. */
function checkModel(watch: Watch, type: MachineType): void {
  if (type.model === undefined) return;
  const { models, refusals, lastError } = watch.stats().model;
  if (models.some(({ machineType }) => machineType === type.name)) return;
  const why = refusals[0]?.message ?? lastError ?? 'its worker did not load it';
  throw new HarbingerError(
    'MODEL_UNAVAILABLE',
    'intelligence',
    `model ${type.model} cannot be examined: ${why}`,
  );
}

async function replayGroup(
  group: WatchedRun[],
  firstIndex: number,
  watch: Watch,
  decisions: PolicyDecisions,
  clock: ManualClock,
  { type, progress, signal }: ReplayOptions,
): Promise<void> {
  let alive = group.map((run, i) => ({ run, index: firstIndex + i }));
  const beganMs = clock.nowMs();
  decisions.enter(group, beganMs);
  for (let row = 0; alive.length > 0; row++) {
    if (signal?.aborted) {
      throw new HarbingerError('BACKTEST_STOPPED', 'cli', 'stopped before all lives were replayed');
    }
    watch.add(batchOf(row === 0 ? alive : [], alive, row, type, clock.nowMs()));
    await decisions.decided();
    const ended = alive.filter(({ run }) => run.rows === row + 1).map(({ run }) => run);
    await decisions.ended(ended.filter((run) => run.fails));
    progress(alive.length);
    alive = alive.filter(({ run }) => run.rows > row + 1);
    await clock.advance(type.stepMs);
  }
}

/** Row `row` of each machine, in the form in which the data thread delivers it. */
function batchOf(
  fresh: readonly { run: WatchedRun; index: number }[],
  alive: readonly { run: WatchedRun; index: number }[],
  row: number,
  type: MachineType,
  timeMs: number,
): ColumnBatch {
  const sensors = type.sensors.length;
  const values = new Float32Array(alive.length * sensors);
  alive.forEach(({ run }, i) => {
    values.set(run.values.subarray(row * sensors, (row + 1) * sensors), i * sensors);
  });
  return {
    newMachines: fresh.map(({ run: { machine }, index }) => ({
      ...{ machineIndex: index, site: 'fleet', machine },
      machineType: type.name,
    })),
    newSensors: [],
    machineIndex: Int32Array.from(alive, ({ index }) => index),
    timeMs: new Float64Array(alive.length).fill(timeMs),
    offset: Int32Array.from({ length: alive.length + 1 }, (_, i) => i * sensors),
    values,
    replay: false,
  };
}
