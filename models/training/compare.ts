/**
 * Compares candidates by cross-validation over whole machines: each machine is held out once, and all
 * candidates are trained on the same machines and estimate at the same random cuts of the held-out ones.
 * Everything a candidate learns, including its normalisation, comes from the machines it is trained on.
 */
import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';
import type { ModelMetrics } from '../../shared/model/manifest.ts';
import { weightCount } from '../../shared/model/network.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { type Cut, type Fold, foldsOf, type Run, type RunDataset, randomCuts } from '../data/dataset.ts';
import { prepareRun } from '../data/prepared-runs.ts';
import { architectureFor, featuresFor, learnable, pathFor } from '../fit/design.ts';
import { fitNetwork, newFitState } from '../fit/fit.ts';
import { withMark, withoutMark } from '../fit/other-machines.ts';
import { aligned, differenceOf, estimatesOf, measure } from '../measure/figures.ts';
import {
  crossCalibrated,
  cutsPerMachine,
  type HeldOut,
  measureBaselines,
  predictCuts,
} from '../measure/held-out.ts';
import type { Candidate } from './recipe.ts';

export interface CompareOptions {
  type: MachineType;
  dataset: RunDataset;
  candidates: Record<string, Candidate>;
  folds: number;
  seed: number;
  clock: Clock;
  progress?: (report: CompareReport) => void;
  signal?: AbortSignal;
}

export interface CompareReport {
  candidate: string;
  fold: number;
  folds: number;
  msLeft: number;
}

export interface Compared {
  name: string;
  /** Number of parameters of all members together; null for baselines. */
  parameters: number | null;
  figures: ModelMetrics;
  /**
   * RMSE minus that of the first candidate on the same machines, with the standard error of the difference;
   * null for baselines.
   */
  difference: { rmse: number; stdError: number } | null;
}

interface Part {
  fold: Fold;
  cuts: Cut[];
  /** Number of rows visible at each cut if the record does not begin with the machine's life. */
  rowsSeen: Int32Array;
}

interface Answers extends HeldOut {
  parameters: number;
}

/** Smallest number of rows that every candidate and baseline sees. */
function rowsMinOf({ type, candidates }: CompareOptions): number {
  return Math.max(windowRowsMin(type), ...Object.values(candidates).map((c) => c.windowRowsMin ?? 1));
}

async function answer(
  options: CompareOptions,
  candidate: Candidate,
  part: Part,
  fold: number,
): Promise<Answers> {
  const { design, members } = candidate;
  const windowRows = candidate.windowRows ?? options.type.windowRows;
  const rowsMin = candidate.windowRowsMin ?? windowRowsMin(options.type);
  const type = { ...options.type, windowRows, windowRowsMin: rowsMin };
  const others = candidate.withoutOthers ? [] : (options.dataset.others ?? []);
  const train = [...part.fold.train, ...others];
  const path = pathFor(type, featuresFor(design, type, train));
  const architecture = architectureFor(design.network, path);
  const inTraining = others.length > 0 ? withMark(architecture) : architecture;
  const prepared = new Map([...train, ...part.fold.heldOut].map((run) => [run, prepareRun(path, run)]));
  const preparedOf = (runs: readonly Run[]) =>
    learnable(design, type, path, runs).map((run) => prepared.get(run) ?? prepareRun(path, run));
  const preparedOthers = preparedOf(others);
  const data = {
    path,
    runs: [...preparedOf(part.fold.train), ...preparedOthers],
    others: new Set(preparedOthers),
    rowsMin,
    labelCap: design.labelCap,
  };
  const weights: Float32Array[][] = [];
  for (let member = 0; member < members; member++) {
    const seed = (Math.imul(options.seed, 1_000_003) + 100 * fold + member) >>> 0;
    const state = newFitState(inTraining, seededRandom(seed));
    await fitNetwork(inTraining, data, design.fit, seed, state, {
      nowMs: () => options.clock.monotonicMs(),
      epochDone: () => {},
      ...(options.signal && { signal: options.signal }),
    });
    weights.push(others.length > 0 ? withoutMark(architecture, state.average) : state.average);
  }
  const networks = weights.map(() => architecture);
  return {
    parameters: members * weightCount(architecture),
    raw: predictCuts(
      path,
      networks,
      weights,
      prepared,
      part.cuts,
      candidate.startUnknown ? part.rowsSeen : undefined,
    ),
    cuts: part.cuts,
  };
}

/** Compares all candidates; the best comes first, the baselines last. */
export async function compareCandidates(options: CompareOptions): Promise<Compared[]> {
  const { dataset, seed, folds, clock } = options;
  const rowsMin = rowsMinOf(options);
  const random = seededRandom(seed);
  const usable = dataset.runs.filter((run) => run.rows > rowsMin);
  const entries = Object.entries(options.candidates);
  const perMachine = entries[0]![1].design.cutsPerMachine ?? cutsPerMachine;
  const parts = foldsOf(usable, folds, random).map((fold): Part => {
    const cuts = randomCuts(fold.heldOut, { perMachine, rowsMin }, random);
    const seen = (endRow: number) => rowsMin + Math.floor(random.next() * (endRow + 2 - rowsMin));
    return { fold, cuts, rowsSeen: Int32Array.from(cuts, ({ endRow }) => seen(endRow)) };
  });
  const cuts = parts.flatMap((part) => part.cuts);
  const compared: Compared[] = [];
  let reference: Float32Array | null = null;
  const startMs = clock.monotonicMs();
  let done = 0;
  for (const [name, candidate] of entries) {
    const cap = candidate.design.labelCap;
    const answers: Answers[] = [];
    for (const [fold, part] of parts.entries()) {
      answers.push(await answer(options, candidate, part, fold));
      if (options.signal?.aborted) {
        throw new HarbingerError(
          'COMPARE_STOPPED',
          'cli',
          'the comparison was stopped; nothing of it is kept',
        );
      }
      const msLeft = ((clock.monotonicMs() - startMs) / ++done) * (entries.length * folds - done);
      options.progress?.({ candidate: name, fold: fold + 1, folds, msLeft });
    }
    const estimates = estimatesOf(crossCalibrated(answers, candidate.design));
    reference ??= estimates.p50;
    compared.push({
      name,
      parameters: answers[0]!.parameters,
      figures: measure(cuts, estimates, cap),
      difference: differenceOf(cuts, cap, estimates.p50, reference),
    });
  }
  compared.sort((a, b) => a.figures.rmse - b.figures.rmse);
  const cap = entries[0]![1].design.labelCap;
  const baselines = Object.entries(measureBaselines(parts, dataset.sensors, cap));
  return [
    ...compared,
    ...baselines.map(([name, figures]) => ({ name, figures, parameters: null, difference: null })),
  ];
}

const heading = [
  '',
  'parameters',
  'RMSE',
  'against the first',
  'raw labels',
  'score/machine',
  'in p10…p90',
  'width',
];

function cellsOf({ name, parameters, figures, difference }: Compared): string[] {
  const { rmse, rmseStdError, rmseRaw, score, scoreStdError, coverage, width } = figures;
  return [
    name,
    parameters === null ? '—' : parameters.toLocaleString('en'),
    `${rmse.toFixed(2)} ± ${rmseStdError.toFixed(2)}`,
    difference === null
      ? '—'
      : `${difference.rmse >= 0 ? '+' : '−'}${Math.abs(difference.rmse).toFixed(2)} ± ${difference.stdError.toFixed(2)}`,
    rmseRaw.toFixed(1),
    `${score.toFixed(2)} ± ${scoreStdError.toFixed(2)}`,
    coverage === null ? '—' : `${(100 * coverage).toFixed(1)} %`,
    width === null ? '—' : width.toFixed(1),
  ];
}

/** The results as an aligned table for a terminal. */
export function comparedTable(compared: readonly Compared[]): string[] {
  return aligned([heading, ...compared.map(cellsOf)]);
}

/** The results as Markdown: a heading and a table per subset. */
export function comparedMarkdown(tables: Record<string, readonly Compared[]>): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const table = (compared: readonly Compared[]) =>
    [heading, heading.map(() => '---'), ...compared.map(cellsOf)].map(line).join('\n');
  return Object.entries(tables)
    .map(([name, compared]) => `### ${name}\n\n${table(compared)}\n`)
    .join('\n');
}
