/** Rollouts that a person has stopped: nothing is fetched, switched or promoted any further, and going back stays possible. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RolloutStop } from '../../ports/fleet/fleet.ts';
import { inputOf, versionsBench } from './versions.testing.ts';

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

describe('for one machine, or those of a site', () => {
  const local = (place: { site: string; machine?: string }, version = 1_000): RolloutStop => ({
    ...stopOf(null),
    ...place,
    word: { key: `overrides/stop:${place.site}`, version, who: 'maria', why: 'odd' },
  });
  const one = (version?: number) => local({ site: 'plant', machine: 'pump-1' }, version);
  const identity = (machine: string) => inputOf(machine).machine;

  it('the version that judges it goes on, over restarts, and others of its type are switched', async () => {
    await bench.begin();
    await wanted('active', 'pump-rul@2.1.0');
    await halt(one());
    const document = await wanted('active', 'pump-rul@2.2.0');
    expect(bench.versions.waits(document)).toBeNull();
    const split = ['pump-rul@2.1.0', 'pump-rul@2.2.0'];
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(split);
    expect(bench.versions.held(identity('pump-1'))).toMatchObject({ who: 'maria', model: 'pump-rul@2.1.0' });
    expect(bench.versions.held(identity('pump-2'))).toBeNull();
    bench.versions.trials.prove(bench.versions.trials.trials()[0]!.key, 'it is as good');
    await bench.restart([one()]);
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(split);
    await halt();
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.2.0', 'pump-rul@2.2.0']);
  });

  it('the installed version judges until the one that it keeps is ready after a restart', async () => {
    await bench.begin();
    await wanted('active', 'pump-rul@2.1.0');
    await halt(local({ site: 'plant' }));
    await wanted('active', 'pump-rul@2.2.0');
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.1.0', 'pump-rul@2.1.0']);
    bench.behaviours.set('pump-rul@2.1.0', 'later');
    await bench.restart([local({ site: 'plant' })]);
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
  });

  it('it follows what is gone back to, by a person and by a guard', async () => {
    await bench.begin();
    await wanted('active', 'pump-rul@2.1.0');
    await halt(one());
    await wanted('active', 'pump-rul@2.0.0');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
    await wanted('active', 'pump-rul@2.1.0');
    await halt(one(1_001));
    bench.versions.trials.rollBack(bench.versions.trials.trials()[0]!.key, 'it fails');
    await wanted('active', 'pump-rul@2.2.0');
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.0.0', 'pump-rul@2.2.0']);
  });

  it('a trial that is asked for later is none on it, and one that was there goes on', async () => {
    await bench.begin();
    const takes = () =>
      bench.versions.trials
        .challengers()
        .map((each) => ['pump-1', 'pump-2'].map((name) => each.takes(identity(name))));
    await bench.want({ role: 'ab', model: 'pump-rul@2.1.0', share: 1 });
    await halt(one(2));
    await wanted('active', 'pump-rul@2.0.0');
    await wanted('shadow', 'pump-rul@2.2.0');
    expect(takes()).toEqual([[false, true]]);
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.1.0', 'pump-rul@2.1.0']);
    await bench.want({ role: 'ab', model: 'pump-rul@2.2.0', share: 1 });
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.0.0', 'pump-rul@2.2.0']);
  });
});
