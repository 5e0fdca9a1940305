import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Fleet, WatchedRun } from '../../models/backtest/fleet.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { runBacktest } from './main.ts';
import { replayFleet } from './replay.ts';

const folder = mkdtempSync(join(tmpdir(), 'harbinger-backtest-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const pump = loadMachineTypes().get('pump')!;
const { model: _, ...withoutModel } = pump;
const calm = { ...withoutModel, sensors: pump.sensors.slice(0, 1) };

/** A vibration far below its limits that then steps over the warning limit. */
function stepping(machine: string, rows: number, stepRow: number, fails = true): WatchedRun {
  const values = Float32Array.from({ length: rows }, (_, row) => (row < stepRow ? 1 + (row % 7) / 100 : 4.5));
  return { machine, values, rows, fails };
}

function fleet(...runs: WatchedRun[]): Fleet {
  return { description: 'made up', machineType: calm.name, msPerRow: 1_000, runs };
}

const progress = () => {};

describe('lives through the gateway’s own decision', () => {
  it('warns at the row at which a limit has held, for machines that start together and end at different times', async () => {
    const runs = [stepping('short', 60, 45), stepping('long', 200, 150), stepping('sound', 90, 90, false)];
    let rows = 0;
    const policies = await replayFleet({ fleet: fleet(...runs), type: calm, progress: (n) => (rows += n) });
    const limits = policies.find(({ name }) => name === 'limits alone')!;
    // The level is a median of five rows, so it crosses the limit with the third; the alert then waits for
    // three estimates.
    const expected = [
      { machine: 'short', failureMode: 'limit-crossed', openedRow: 49 },
      { machine: 'long', failureMode: 'limit-crossed', openedRow: 154 },
    ];
    expect(limits.warnings).toEqual(expected);
    expect(rows).toBe(350);
  });

  it('is repeatable, and stops when the signal aborts', async () => {
    const runs = [stepping('a', 80, 50)];
    const again = () => replayFleet({ fleet: fleet(...runs), type: calm, progress });
    expect(await again()).toEqual(await again());
    const stopped = replayFleet({ fleet: fleet(...runs), type: calm, progress, signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: 'BACKTEST_STOPPED' });
  });

  it('refuses to judge a model that cannot be loaded', async () => {
    const type = { ...pump, model: 'no-such-model' };
    const replay = replayFleet({ fleet: fleet(stepping('a', 40, 40)), type, progress, artefactsDir: folder });
    await expect(replay).rejects.toMatchObject({ code: 'MODEL_UNAVAILABLE' });
  });
});

describe('harbinger models backtest', () => {
  it('pumps: the model warns of more failures in time than rules do, with hardly a false alert', {
    tags: ['long'],
    timeout: 300_000,
  }, async () => {
    const out = join(folder, 'plots', 'pump.svg');
    const report = await runBacktest({ name: 'pump-rul', machines: 12, seed: 4_711, out });
    const figuresOf = (name: string) => report.policies.find((policy) => policy.name === name)!.figures;
    const [model, rules] = [figuresOf('as shipped'), figuresOf('rules alone')];
    console.log('pumps', { model: model.outcomes, rules: rules.outcomes });
    expect(model.outcomes['in time']).toBeGreaterThanOrEqual(11);
    expect(model.outcomes['in time']).toBeGreaterThan(rules.outcomes['in time']);
    expect(model.falseAlerts).toBeLessThanOrEqual(1);
    expect(readFileSync(out, 'utf8')).toMatch(/^<svg/);
  });

  it('names a missing type, folder or horizon', async () => {
    await expect(runBacktest({ name: 'nothing' })).rejects.toThrow(/no machine type or model 'nothing'/);
    await expect(runBacktest({ name: 'bearing' })).rejects.toThrow(/--data DIR/);
    await expect(runBacktest({ name: 'turbofan' })).rejects.toThrow(/--horizon/);
    await expect(runBacktest({ name: 'turbofan', horizon: 20 })).rejects.toMatchObject({
      code: 'FLEET_UNKNOWN',
    });
  });
});
