/**
 * Versions of a model on the lives of virtual pumps, on a simulated clock: the whole way from a document to a decision. The versions say
 * what a test lets them know of the true remaining life; everything else is the product.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { createAlertDecision } from '../../gateway/decisions/alert/alert-decision.ts';
import { AlertDecisionConfig } from '../../gateway/decisions/alert/config.ts';
import { PromotionDecisionConfig } from '../../gateway/decisions/promotion/config.ts';
import { PromotionDecision } from '../../gateway/decisions/promotion/promotion-decision.ts';
import { inputOf, versionsBench } from '../../gateway/models/versions/versions.testing.ts';
import { createPumpLife } from '../../models/plant/pump.ts';
import {
  checkEvent,
  type DecisionRecord,
  type HarbingerEvent,
  isEventOf,
} from '../../shared/contract/events.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { seededRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';

const names = Array.from({ length: 12 }, (_, i) => `pump-${i + 1}`);
const livesEach = 6;
const cycleMs = 500;
const wrong = (problem: string) => new Error(problem);
const alertConfig = compileValidator(AlertDecisionConfig)({ sampleMs: 0 }, wrong);
const promotionConfig = compileValidator(PromotionDecisionConfig)(
  { promote: 'by-itself', readingsMin: 6_000, guardMsMin: 60_000 },
  wrong,
);

let dir: string;
let bench: ReturnType<typeof versionsBench>;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'harbinger-trials-'));
  bench = versionsBench();
});
afterEach(async () => {
  await bench.dispose();
  rmSync(dir, { recursive: true });
});

/** The lives of pumps, one after the other. */
class Plant {
  private readonly random = seededRandom(11);
  private readonly pumps = new Map(names.map((name) => [name, { life: this.newLife(), age: 0, lives: 0 }]));

  /** True remaining cycles. */
  left(name: string): number {
    const pump = this.pumps.get(name)!;
    return pump.life - pump.age;
  }

  /** Which of its lives it is in. */
  livesOf = (name: string) => this.pumps.get(name)!.lives;

  get isOver(): boolean {
    return [...this.pumps.values()].every(({ lives }) => lives >= livesEach);
  }

  /** Lets a cycle pass; returns the pumps that have failed, each of which is replaced. */
  turn(): string[] {
    return names.filter((name) => {
      const pump = this.pumps.get(name)!;
      pump.age += 1;
      if (pump.age < pump.life) return false;
      this.pumps.set(name, { life: this.newLife(), age: 0, lives: pump.lives + 1 });
      return true;
    });
  }

  private newLife(): number {
    return createPumpLife(this.random).lifeCycles;
  }
}

/** Runs the plant until all lives are over, or until something is so. */
async function run(plant: Plant, until: () => boolean = () => false) {
  const { clock, versions } = bench;
  const events: HarbingerEvent[] = [];
  const outbox = {
    event: async (event: HarbingerEvent) => void events.push(checkEvent(structuredClone(event))),
    estimates() {},
  };
  const nobody = {
    name: 'rules',
    version: '1.0.0',
    assess: async (all: readonly unknown[]) => all.map(() => null),
  };
  const base = { gateway: 'g', outbox, clock, log: silentLog };
  const alerts = createAlertDecision({
    ...base,
    modelAssessor: versions.assessor,
    rulesAssessor: nobody,
    stateFile: join(dir, 'alerts.json'),
    config: alertConfig,
    models: versions.trials,
  });
  const promotion = new PromotionDecision({ ...base, models: versions.trials, config: promotionConfig });
  await alerts.start();
  await promotion.start();
  while (!plant.isOver && !until()) {
    const inputs = names.map((name) => inputOf(name, clock.nowMs()));
    await alerts.evaluate(inputs);
    await clock.advance(cycleMs);
    for (const machine of plant.turn()) {
      const about = { site: 'plant', machine, machineType: 'pump' };
      for (const state of ['failed', 'replaced'] as const)
        await alerts.lifecycle({ state, about, atMs: clock.nowMs() });
    }
  }
  await promotion.stop();
  await alerts.stop();
  const records = events.flatMap((event) =>
    isEventOf(event, 'io.harbinger.decision.recorded.v1') ? [event.data as DecisionRecord] : [],
  );
  const said = events.flatMap((event) =>
    isEventOf(event, 'io.harbinger.prediction.opened.v1') ? [event.data.model?.version] : [],
  );
  return {
    /** Versions by which alerts were opened. */
    said: new Set(said),
    shadows: records.filter(({ mode }) => mode === 'shadow'),
    steps: records.flatMap(({ decision, mode, answer }) =>
      decision === 'promotion' ? [`${mode} ${answer.action}`] : [],
    ),
  };
}

const nameOf = ({ machine }: { machine: { machine: string } }) => machine.machine;
/** Knows the remaining life, but of every fourth life sees nothing coming. */
const halfBlind = (plant: Plant) => (input: { machine: { machine: string } }) =>
  (plant.livesOf(nameOf(input)) + names.indexOf(nameOf(input))) % 4 === 0
    ? 125
    : Math.min(125, plant.left(nameOf(input)) + 5);
const seeing = (plant: Plant) => (input: { machine: { machine: string } }) =>
  Math.min(125, plant.left(nameOf(input)) + 1);

it('a candidate that misses failures is taken back, and raises no alert', async () => {
  const plant = new Plant();
  bench.behaviours.set('pump-rul@2.0.0', seeing(plant)).set('pump-rul@2.1.0', halfBlind(plant));
  await bench.begin();
  const document = await bench.want({ role: 'shadow', model: 'pump-rul@2.1.0' });
  const result = await run(plant, () => bench.versions.waits(document) !== null);
  expect(result.said.size).toBe(1);
  expect(result.said).toContain('2.0.0');
  expect(result.steps).toEqual(['active roll-back']);
  expect(result.shadows.length).toBeGreaterThan(0);
  expect(bench.versions.waits(document)).toEqual({
    state: 'refused',
    problem: expect.stringMatching(
      /^it was rolled back: pump-rul@2.1.0 did not warn of \d+ failures of which pump-rul@2.0.0 did/,
    ),
  });
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
}, 120_000);

it('a candidate that sees what the version before does not is promoted, guarded and kept', async () => {
  const plant = new Plant();
  bench.behaviours.set('pump-rul@2.0.0', halfBlind(plant)).set('pump-rul@2.1.0', seeing(plant));
  await bench.begin();
  await bench.want({ role: 'shadow', model: 'pump-rul@2.1.0' });
  const { steps } = await run(plant, () => bench.versions.stats().trials.length === 0);
  expect(steps).toEqual(['active promote', 'active prove']);
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
}, 120_000);

it('a version that a person has promoted, and that warns of everything, is taken back by itself', async () => {
  const plant = new Plant();
  bench.behaviours.set('pump-rul@2.0.0', seeing(plant)).set('pump-rul@2.1.0', 50);
  await bench.begin();
  const document = await bench.want({ role: 'active', model: 'pump-rul@2.1.0' });
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  const { steps } = await run(plant, () => bench.versions.waits(document) !== null);
  expect(steps).toEqual(['override active', 'active roll-back']);
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
}, 120_000);
