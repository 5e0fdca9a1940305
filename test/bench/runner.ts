import { mkdtemp, rm } from 'node:fs/promises';
import { loadavg, tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../shared/runtime/errors.ts';
import { type Spread, spreadOf } from './measure/stats.ts';
import {
  type BenchContext,
  type Figure,
  repetitionsOf,
  type Sample,
  type Scenario,
  type Side,
} from './scenario.ts';

export interface FigureResult extends Figure {
  scenario: string;
  bare: Spread;
  product: Spread;
  /** Product ÷ bare, from the two runs of each repetition. */
  ratio: Spread;
  /** Whether the median reaches the target; null without a target. */
  met: boolean | null;
}

export interface ScenarioResult {
  name: string;
  title: string;
  /** Why the scenario was not run. */
  skipped?: string;
  /** One-minute load average before each repetition: how busy the machine was with other work. */
  loadBefore: number[];
  figures: FigureResult[];
  samples: { repetition: number; side: Side; sample: Sample }[];
  problems: string[];
}

export interface RunnerOptions {
  repetitions: number;
  context: Omit<BenchContext, 'folder'>;
  /** Called before each run of a side. */
  progress(text: string): void;
}

export const bothSides: readonly Side[] = ['bare', 'product'];

/**
 * Runs the sides of a scenario alternately, each repetition in the other order, so that other work on the machine
 * affects both. A side that fails is a problem of the result, and stops the scenario.
 */
export async function runScenario(scenario: Scenario, options: RunnerOptions): Promise<ScenarioResult> {
  const { name, title, sides = bothSides } = scenario;
  const result: ScenarioResult = {
    name,
    title,
    loadBefore: [],
    figures: [],
    samples: [],
    problems: [],
  };
  const skipped = await scenario.unavailable?.();
  if (skipped !== undefined) return { ...result, skipped };
  const repetitions = repetitionsOf(scenario, options.repetitions);
  try {
    for (let repetition = 0; repetition < repetitions; repetition++) {
      result.loadBefore.push(Math.round(loadavg()[0]! * 100) / 100);
      for (const side of repetition % 2 === 0 ? sides : sides.toReversed()) {
        options.progress(`${name}: ${side}, ${repetition + 1} of ${repetitions}`);
        const sample = await runOnce(scenario, side, options.context);
        result.samples.push({ repetition, side, sample });
        result.problems.push(...sample.problems.map((problem) => `${side}: ${problem}`));
      }
    }
  } catch (error) {
    result.problems.push(messageOf(error));
  }
  result.figures = scenario.figures.map((figure) => summarise(figure, result));
  return result;
}

async function runOnce(scenario: Scenario, side: Side, context: RunnerOptions['context']): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), `bench-${scenario.name}-`));
  try {
    return await scenario.run(side, { ...context, folder });
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

function summarise(figure: Figure, result: ScenarioResult): FigureResult {
  const valuesOf = (side: Side) => {
    const own = result.samples.filter(
      (run) => run.side === side && run.sample.values[figure.key] !== undefined,
    );
    return new Map(own.map((run) => [run.repetition, run.sample.values[figure.key]!]));
  };
  const bare = valuesOf('bare');
  const product = valuesOf('product');
  const ratios = [...product].flatMap(([repetition, value]) => {
    const other = bare.get(repetition);
    return other ? [value / other] : [];
  });
  const spreads = {
    bare: spreadOf([...bare.values()]),
    product: spreadOf([...product.values()]),
    ratio: spreadOf(ratios),
  };
  const measured = figure.targetFor === 'value' ? spreads.product.median : spreads.ratio.median;
  const reached = (target: number) => (figure.better === 'higher' ? measured >= target : measured <= target);
  return {
    ...figure,
    scenario: result.name,
    ...spreads,
    met: figure.target === undefined || Number.isNaN(measured) ? null : reached(figure.target),
  };
}
