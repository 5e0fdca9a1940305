import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { contractHash } from '../../shared/domain/machine-type.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { type RetrainOptions, retrain } from './main.ts';
import { fetchLives } from './stored-lives.ts';
import { beganMs, type StoredPlant, stepMs, storedPlant } from './stored-plant.testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbinger-retrain-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const type = loadMachineTypes().get('pump')!;

const lines: string[] = [];
const optionsFor = (
  cloud: StoredPlant,
  name: string,
  more: Partial<RetrainOptions> = {},
): RetrainOptions => ({
  ...{ cloud, type, out: join(folder, name), seed: 1, livesMin: 6, heldBackShare: 0.4, rowsMax: 100_000 },
  ...{ sinceMs: null, untilMs: null, champion: null, epochs: 1, tolerance: 0.05, shadow: 'if-not-worse' },
  ...{ isPushed: true, sign: () => 'site', output: (line) => lines.push(line) },
  ...more,
});
const files = ['manifest.json', 'model.json', 'weights.bin', 'MODEL-CARD.md'];
const bytesOf = (at: string) => files.map((file) => readFileSync(join(at, file)));

describe('training from the store', () => {
  it('gives the same bytes for the same lives and seed, says what it was trained on, and asks for no shadow if it is worse', {
    timeout: 180_000,
  }, async () => {
    const plant = storedPlant(type, { machines: 4, lives: 4, seed: 3, isRunning: true });
    const done = await retrain(optionsFor(plant, 'one'));
    const { model, against, training, evidence } = done;
    expect([model, against]).toEqual(['pump-rul@2.1.0', 'pump-rul@2.0.0']);
    expect(done.contractHash).toBe(contractHash(type));
    expect(training.stored).toMatchObject({
      failures: 6,
      sound: expect.any(Number),
      heldBack: [expect.any(String), expect.any(String)],
    });
    expect(training.stored!.outcomes).toMatchObject({ missed: 6 });
    expect(Date.parse(training.stored!.from)).toBeGreaterThanOrEqual(beganMs);
    // One epoch on six lives is far worse than the shipped model.
    expect(evidence.accuracy.candidate.rmse).toBeGreaterThan(evidence.accuracy.champion!.rmse);
    expect(evidence.warned.champion!.recall).toMatchObject({ of: 6 });
    expect(done).toMatchObject({
      isNotWorse: false,
      isShadow: false,
      isPushed: true,
      notShadow: 'it is worse',
    });
    expect([plant.pushed.length, plant.wanted]).toEqual([1, []]);
    const card = readFileSync(join(done.folder, 'MODEL-CARD.md'), 'utf8');
    expect(card).toContain('**worse** than pump-rul@2.0.0');
    expect(card).toContain(training.stored!.heldBack.join(', '));

    plant.lives.reverse();
    const again = await retrain(optionsFor(plant, 'two', { shadow: 'always', machines: ['plant/*'] }));
    expect(bytesOf(again.folder)).toEqual(bytesOf(done.folder));
    expect(plant.wanted).toMatchObject([
      { body: { role: 'shadow', machineType: 'pump', model: 'pump-rul@2.1.0', machines: ['plant/*'] } },
    ]);
    const other = await retrain(optionsFor(plant, 'three', { seed: 2, isPushed: false }));
    expect(bytesOf(other.folder)[2]).not.toEqual(bytesOf(done.folder)[2]);
    expect(other.notShadow).toBe('it is not pushed');
  });

  it('refuses too few lives with the numbers, and trains nothing', async () => {
    const plant = storedPlant(type, { machines: 2, lives: 2, seed: 3 });
    await expect(retrain(optionsFor(plant, 'few'))).rejects.toMatchObject({
      code: 'DATA_TOO_SMALL',
      message: expect.stringMatching(
        /4 that ended in a failure are known, of 2 machines.*6 to learn from and 3/,
      ),
    });
    expect(plant.pushed).toEqual([]);
  });
});

describe('lives out of a store', () => {
  const fetched = (plant: StoredPlant, more: object = {}) =>
    fetchLives({ ask: (path) => plant.get(path), type, sinceMs: null, untilMs: null, rowsMax: 1e6, ...more });

  it('have all of their rows once, in order, and none of another life', async () => {
    const plant = storedPlant(type, { machines: 2, lives: 3, seed: 5 });
    const runs = await fetched(plant);
    expect(runs).toHaveLength(6);
    for (const { life, rows, firstMs, lastMs, values } of runs) {
      expect(lastMs).toBe(life.toMs);
      expect(lastMs - firstMs).toBe((rows - 1) * stepMs);
      if (life.fromMs !== null) expect(firstMs - life.fromMs).toBe(stepMs);
      expect(values.every(Number.isFinite)).toBe(true);
    }
    // The beginning of the first life is not known: what is asked for grows until nothing can be older.
    expect(plant.asked.length).toBeLessThan(100);
  });

  it('are bounded in rows: the latest lives to a failure come first', async () => {
    const plant = storedPlant(type, { machines: 2, lives: 3, seed: 5 });
    const all = await fetched(plant);
    const [latest] = all;
    const few = await fetched(plant, { rowsMax: latest!.rows + 10 });
    expect(few.map(({ rows }) => rows)).toEqual([latest!.rows, 10]);
    expect(few[1]!.lastMs).toBe(all[1]!.lastMs);
  });

  it('are rows of a step where the type says so, and have none at rest', async () => {
    const plant = storedPlant(type, { machines: 1, lives: 1, seed: 5 });
    const stepped = { ...type, rowPer: 'step' as const, stepMs: 2 * stepMs };
    const [run] = await fetched(plant);
    const [steps] = await fetched(plant, { type: stepped });
    expect(steps!.rows).toBe(Math.ceil(run!.rows / 2));
    const column = type.sensors.findIndex(({ name }) => name === 'speed');
    const speeds = Array.from(
      { length: run!.rows },
      (_, i) => run!.values[i * type.sensors.length + column]!,
    );
    const above = speeds.toSorted((a, b) => a - b)[Math.floor(speeds.length / 2)]!;
    const [running] = await fetched(plant, { type: { ...type, runsWhen: { sensor: 'speed', above } } });
    expect(running!.rows).toBe(speeds.filter((speed) => speed > above).length);
  });
});
