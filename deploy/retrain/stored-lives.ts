/**
 * Training by what a cloud has stored (deploy/retrain): fetches lives and their readings, has models/lives train and examine, signs,
 * pushes, and asks for a shadow. It belongs to deploy/ because it needs models/ and the gateway's own decision.
 */

import { machineOf, placeOf, type StoredRun } from '../../models/lives/stored-run.ts';
import type { MachineLife } from '../../shared/contract/models/lives.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

/** Asks the cloud's API. */
export type Ask = (path: string) => Promise<unknown>;

export interface FetchOptions {
  ask: Ask;
  type: MachineType;
  sinceMs: number | null;
  untilMs: number | null;
  /** Rows of all lives together; of more, the latest lives count. */
  rowsMax: number;
  progress?: (text: string) => void;
  signal?: AbortSignal;
}

/** Rows of one life: of more, the last ones count. */
const rowsOfLifeMax = 20_000;
const pointsMax = 5_000;
/** A request asks for so many steps at first; with gaps for more, and with many rows for fewer. */
const stepsAtOnce = 1_000;
/** Readings older than this are not asked for. */
const backMsMax = 10 * 365 * 86_400_000;

interface Series {
  timesMs: number[];
  values: Record<string, (number | null)[]>;
}

/** The lives of a type's machines with their readings: those to a failure first, the latest first. */
export async function fetchLives(options: FetchOptions): Promise<StoredRun[]> {
  const { ask, type, untilMs, sinceMs, rowsMax } = options;
  const until = untilMs === null ? '' : `&until=${untilMs}`;
  const path = `/api/models/lives?machineType=${encodeURIComponent(type.name)}${until}`;
  const { lives } = (await ask(path)) as { lives: MachineLife[] };
  const wanted = lives.filter(({ toMs }) => sinceMs === null || toMs > sinceMs).sort(byWorth);
  const ends = previousEnds(lives);
  const stored: StoredRun[] = [];
  let rows = 0;
  for (const [i, life] of wanted.entries()) {
    if (options.signal?.aborted) throw stopped();
    if (rows >= rowsMax) break;
    options.progress?.(`life ${i + 1} of ${wanted.length}`);
    const roomFor = Math.min(rowsOfLifeMax, rowsMax - rows);
    const run = await fetchRun(life, ends.get(life) ?? null, options, roomFor);
    if (run === null) continue;
    stored.push(run);
    rows += run.rows;
  }
  return stored;
}

function stopped(): HarbingerError {
  return new HarbingerError('TRAINING_STOPPED', 'cli', 'stopped while lives were read; nothing is kept');
}

function byWorth(a: MachineLife, b: MachineLife): number {
  const isFailure = (life: MachineLife) => Number(life.end === 'failed');
  const place = (life: MachineLife) => placeOf(machineOf({ life }), 0);
  return isFailure(b) - isFailure(a) || b.toMs - a.toMs || (place(a) < place(b) ? -1 : 1);
}

/** By life: when the machine's life before it ended; what is older is not of it. */
function previousEnds(lives: readonly MachineLife[]): Map<MachineLife, number> {
  const ends = new Map<MachineLife, number>();
  const latest = new Map<string, number>();
  for (const life of lives.toSorted((a, b) => a.toMs - b.toMs)) {
    const key = `${life.gateway}/${machineOf({ life })}`;
    const before = latest.get(key);
    if (before !== undefined) ends.set(life, before);
    latest.set(key, life.toMs);
  }
  return ends;
}

async function fetchRun(
  life: MachineLife,
  previousMs: number | null,
  { ask, type, sinceMs }: FetchOptions,
  rowsMax: number,
): Promise<StoredRun | null> {
  const oldestMs = Math.max(life.fromMs ?? previousMs ?? life.toMs - backMsMax, sinceMs ?? 0, 0);
  const parts: { timeMs: number; cells: (number | null)[] }[][] = [];
  let spanMs = stepsAtOnce * type.stepMs;
  let firstMs = Number.POSITIVE_INFINITY;
  let count = 0;
  for (let toMs = Math.floor(life.toMs); toMs > oldestMs && count < rowsMax; ) {
    const fromMs = Math.max(oldestMs, Math.floor(toMs - spanMs));
    const series = (await ask(readingsPath(life, type, fromMs, toMs))) as Series;
    // More rows than this may be means of several.
    if (series.timesMs.length > pointsMax / 2 && toMs - fromMs > type.stepMs) {
      spanMs = Math.max(type.stepMs, (toMs - fromMs) / 4);
      continue;
    }
    if (series.timesMs.length < stepsAtOnce / 4) spanMs *= 2;
    const rows = rowsOf(series, type).filter(({ timeMs }) => timeMs < firstMs && timeMs > oldestMs);
    if (rows.length > 0) {
      parts.unshift(rows);
      firstMs = rows[0]!.timeMs;
      count += rows.length;
    }
    toMs = fromMs;
  }
  const rows = shaped(parts.flat(), type).slice(-rowsMax);
  if (rows.length === 0) return null;
  const sensors = type.sensors.length;
  const values = new Float32Array(rows.length * sensors);
  rows.forEach(({ cells }, row) => {
    cells.forEach((cell, column) => {
      values[row * sensors + column] = cell ?? Number.NaN;
    });
  });
  return { life, values, rows: rows.length, firstMs: rows[0]!.timeMs, lastMs: rows.at(-1)!.timeMs };
}

function readingsPath(
  { gateway, site, machine }: MachineLife,
  type: MachineType,
  fromMs: number,
  toMs: number,
) {
  const query = new URLSearchParams({ site, machine, gateway });
  // The route takes 64 names at most; without any it returns all.
  if (type.sensors.length <= 64) query.set('sensor', type.sensors.map(({ name }) => name).join(','));
  for (const [name, value] of Object.entries({ from: fromMs, to: toMs, points: pointsMax }))
    query.set(name, String(value));
  return `/api/readings?${query}`;
}

function rowsOf({ timesMs, values }: Series, { sensors }: MachineType) {
  const columns = sensors.map(({ name }) => values[name] ?? []);
  return timesMs
    .map((timeMs, i) => ({ timeMs, cells: columns.map((column) => column[i] ?? null) }))
    .filter(({ cells }) => cells.some((cell) => cell !== null));
}

interface Row {
  timeMs: number;
  cells: (number | null)[];
}

/** Rows as a gateway makes windows of them: without those at rest, and one for each step where the type says so. */
function shaped(rows: readonly Row[], type: MachineType): readonly Row[] {
  const running = whileRunning(rows, type);
  if (type.rowPer !== 'step' || running.length === 0) return running;
  const beganMs = running[0]!.timeMs;
  const stepOf = ({ timeMs }: Row) => Math.floor((timeMs - beganMs) / type.stepMs);
  const last = stepOf(running.at(-1)!);
  const first = Math.max(0, last - rowsOfLifeMax + 1);
  const none = type.sensors.map(() => null);
  const steps = Array.from({ length: last - first + 1 }, (_, i) => ({
    timeMs: beganMs + (first + i) * type.stepMs,
    cells: none as Row['cells'],
  }));
  for (const row of running) if (stepOf(row) >= first) steps[stepOf(row) - first] = row;
  return steps;
}

function whileRunning(rows: readonly Row[], { runsWhen, sensors }: MachineType): readonly Row[] {
  if (!runsWhen) return rows;
  const column = sensors.findIndex(({ name }) => name === runsWhen.sensor);
  let isRunning = true;
  return rows.filter(({ cells }) => {
    const value = cells[column] ?? null;
    if (value !== null) isRunning = value > runsWhen.above;
    return isRunning;
  });
}
