/** Rollouts that a person has stopped: nothing is fetched, switched or promoted any further, and going back stays possible. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { RolloutStop } from '../../ports/fleet/fleet.ts';
import { versionsBench } from './versions.testing.ts';

let bench: ReturnType<typeof versionsBench>;
beforeEach(() => {
  bench = versionsBench();
  bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
});
afterEach(() => bench.dispose());

const stopOf = (machineType: string | null, more: object = {}): RolloutStop => ({
  machineType,
  word: { key: 'overrides/stop:type:pump', version: 1_000, who: 'maria', why: 'odd', ...more },
});
async function halt(...stops: RolloutStop[]): Promise<void> {
  bench.versions.halt(stops);
  bench.follow();
  await bench.settle();
}
const wanted = (role: string, model: string) => bench.want({ role, model });

it('what is wanted after a stop is not fetched and does not judge, and comes when the stop is over', async () => {
  await bench.begin();
  await halt(stopOf('pump', { untilMs: Date.parse('2026-12-01T00:00:00Z') }));
  const document = await wanted('active', 'pump-rul@2.1.0');
  expect(bench.versions.waits(document)).toEqual({
    state: 'preparing',
    problem: 'maria has stopped rollouts for machines of type pump until 2026-12-01T00:00:00.000Z: odd',
  });
  expect([await bench.judges('pump-1'), [...bench.fetched]]).toEqual([['pump-rul@2.0.0'], []]);
  await halt();
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
});

it('what is in force goes on, also after a restart, and what was on its way stays where it is', async () => {
  await bench.begin();
  await wanted('active', 'pump-rul@2.1.0');
  bench.behaviours.set('pump-rul@2.2.0', 'later');
  const shadow = await wanted('shadow', 'pump-rul@2.2.0');
  await halt(stopOf(null));
  bench.behaviours.set('pump-rul@2.2.0', 100);
  await bench.clock.advance(600_000);
  expect(bench.versions.waits(shadow)?.problem).toContain('maria has stopped rollouts');
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  await bench.restart([stopOf(null)]);
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  expect([...bench.fetched]).toEqual(['pump-rul@2.1.0']);
});

it('a person can go back while it is stopped, and a stop of another type changes nothing', async () => {
  await bench.begin();
  await halt(stopOf('fan'));
  await wanted('active', 'pump-rul@2.1.0');
  await halt(stopOf('pump'));
  await wanted('active', 'pump-rul@2.0.0');
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
});

it('a candidate is not promoted by itself meanwhile, and one that fails is taken back all the same', async () => {
  await bench.begin();
  await wanted('shadow', 'pump-rul@2.1.0');
  const [trial] = bench.versions.trials.trials();
  await halt(stopOf('pump'));
  expect(bench.versions.trials.promote(trial!.key, 'it is better')).toBeNull();
  expect(bench.versions.trials.rollBack(trial!.key, 'it fails')).toMatchObject({ what: 'roll-back' });
});
