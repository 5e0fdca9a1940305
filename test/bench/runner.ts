import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Figure, Sample, Scenario, Side } from './scenario.ts';
import { type Spread, spreadOf } from './stats.ts';

export interface FigureResult extends Figure {
  scenario: string;
  bare: Spread;
  product: Spread;
  /** Product ÷ bare, of the two runs of each repetition. */
  ratio: Spread;
  /** Whether the median reaches the target; null where there is none. */
  met: boolean | null;
}

export interface ScenarioResult {
  name: string;
  title: string;
  /** Why it was not run. */
  skipped?: string;
  figures: FigureResult[];
  samples: { repetition: number; side: Side; sample: Sample }[];
  problems: string[];
}

export interface RunnerOptions {
  repetitions: number;
  quick: boolean;
  say(text: string): void;
}

/**
 * Runs both sides of a scenario alternately, each repetition in the other order, so that whatever else the machine does
 * meets both. A side that fails is a problem of the result, and ends the scenario.
 */
export async function runScenario(scenario: Scenario, options: RunnerOptions): Promise<ScenarioResult> {
  const { name, title } = scenario;
  const result: ScenarioResult = { name, title, figures: [], samples: [], problems: [] };
  const skipped = await scenario.unavailable?.();
  if (skipped !== undefined) return { ...result, skipped };
  try {
    for (let repetition = 0; repetition < options.repetitions; repetition++) {
      const order: Side[] = repetition % 2 === 0 ? ['bare', 'product'] : ['product', 'bare'];
      for (const side of order) {
        options.say(`${name}: ${side}, ${repetition + 1} of ${options.repetitions}`);
        const sample = await runOnce(scenario, side, options.quick);
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

async function runOnce(scenario: Scenario, side: Side, quick: boolean): Promise<Sample> {
  const folder = await mkdtemp(join(tmpdir(), `bench-${scenario.name}-`));
  try {
    return await scenario.run(side, { quick, folder });
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
  const ratio = spreadOf(ratios);
  const reached = (target: number) =>
    figure.better === 'higher' ? ratio.median >= target : ratio.median <= target;
  return {
    ...figure,
    scenario: result.name,
    bare: spreadOf([...bare.values()]),
    product: spreadOf([...product.values()]),
    ratio,
    met: figure.target === undefined || ratios.length === 0 ? null : reached(figure.target),
  };
}
