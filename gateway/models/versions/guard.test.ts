/** Guards of new versions, and promotions without a person: over restarts, installations and ends of trials. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { inputOf, versionsBench } from './versions.testing.ts';

let bench: ReturnType<typeof versionsBench>;
beforeEach(() => {
  bench = versionsBench();
});
afterEach(() => bench.dispose());

const active = (model: string) => bench.want({ role: 'active', model });

describe('a version that was promoted by itself', () => {
  const promoted = async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    await bench.want({ role: 'shadow', model: 'pump-rul@2.2.0' });
    const shadow = bench.versions.trials.trials().find(({ role }) => role === 'shadow');
    bench.versions.trials.promote(shadow!.key, 'it is as good');
    await bench.settle();
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
  };

  it('outlives its trial and a restart, until a person says otherwise', async () => {
    await promoted();
    await bench.remove('shadow');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
    await bench.restart();
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
    await active('pump-rul@2.1.0');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  });

  it('gives way to what a person had said, if it is taken back', async () => {
    await promoted();
    const guard = bench.versions.trials.trials().find(({ role }) => role === 'guard');
    bench.versions.trials.rollBack(guard!.key, 'it fails');
    await bench.settle();
    await bench.remove('shadow');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
    await bench.remove('active');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
  });
});

describe('a guard', () => {
  it('sees how a version answers where no other one is there to compare it with', async () => {
    bench.state.installed = null;
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.restart();
    await active('pump-rul@2.1.0');
    bench.behaviours.set('pump-rul@2.1.0', 'crashes');
    const failing = bench.assessed([inputOf('pump-1')]);
    await failing.catch(() => undefined);
    expect(bench.versions.trials.trials()).toMatchObject([{ role: 'guard', health: { failed: 1 } }]);
    expect(bench.versions.trials.challengers()).toEqual([]);
  });

  it('compares with the version before also once that is the installed one', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    await active('pump-rul@2.2.0');
    bench.state.installed = 'pump-rul@2.1.0';
    await bench.restart();
    expect(bench.versions.trials.trials()).toMatchObject([{ role: 'guard', against: { version: '2.1.0' } }]);
    // As the installed model does not judge here, it must not report what its data is like.
    expect(bench.versions.trials.challengers()).toMatchObject([{ assessor: { name: 'beside' } }]);
  });

  it('waits while its version does not run; what was too slow at a start is tried again', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    await active('pump-rul@2.1.0');
    bench.state.startsSlow = true;
    await bench.restart();
    expect(bench.versions.trials.trials()).toEqual([]);
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
    bench.state.startsSlow = false;
    await bench.clock.advance(5_000);
    await bench.settle();
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  });
});

it('a guard knows what the trial before the promotion has shown, also after a restart, and until it is over', async () => {
  bench.behaviours.set('pump-rul@2.1.0', 50);
  await bench.begin();
  await bench.want({ role: 'shadow', model: 'pump-rul@2.1.0' });
  const [challenger] = bench.versions.trials.challengers();
  bench.versions.trials.failed(
    challenger!,
    { site: 'plant', machine: 'pump-1' },
    { active: false, challenger: true },
  );
  await active('pump-rul@2.1.0');
  await bench.remove('shadow');
  await bench.restart();
  const [guard] = bench.versions.trials.trials();
  expect(guard).toMatchObject({ role: 'guard', known: { failed: { count: 1, onlyCandidate: 1 } } });
  bench.versions.trials.prove(guard!.key, 'it is as good');
  await bench.settle();
  bench.behaviours.set('pump-rul@2.2.0', 60);
  await active('pump-rul@2.2.0');
  expect(bench.versions.trials.trials()).toMatchObject([{ role: 'guard', known: null }]);
});

describe('a version that is promoted a second time', () => {
  it('goes on being guarded beside the one before it, and is not guarded anew once that is over', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    await active('pump-rul@2.2.0');
    const guards = () => bench.versions.trials.trials().filter(({ role }) => role === 'guard');
    await active('pump-rul@2.2.0');
    expect(guards()).toMatchObject([{ candidate: { version: '2.2.0' }, against: { version: '2.1.0' } }]);
    expect([...bench.running].sort()).toEqual(['pump-rul@2.1.0', 'pump-rul@2.2.0']);
    bench.versions.trials.prove(guards()[0]!.key, 'it is as good');
    await bench.settle();
    await active('pump-rul@2.2.0');
    expect(guards()).toEqual([]);
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
  });
});

it('what was done is kept over a kill until somebody says that it is recorded', async () => {
  bench.behaviours.set('pump-rul@2.1.0', 150);
  await bench.begin();
  await active('pump-rul@2.1.0');
  const [guard] = bench.versions.trials.trials();
  bench.versions.trials.rollBack(guard!.key, 'it fails');
  await bench.settle();
  await bench.restart();
  const owed = bench.versions.trials.owed();
  expect(owed).toMatchObject([
    { what: 'active', model: 'pump-rul@2.1.0', before: 'pump-rul@2.0.0', override: { by: 'maria' } },
    { what: 'roll-back', model: 'pump-rul@2.1.0', why: 'it fails' },
  ]);
  for (const { id } of owed) bench.versions.trials.told(id);
  await bench.restart();
  expect(bench.versions.trials.owed()).toEqual([]);
});

it('a version that is pinned beyond the room for versions is refused with the reason, until there is room', async () => {
  await bench.begin();
  const pins = [1, 2, 3, 4, 5].map((minor) => `pump-rul@2.${minor}.0`);
  for (const model of pins) bench.behaviours.set(model, 100);
  bench.versions.pin(pins);
  await bench.settle();
  expect(pins.map((model) => bench.versions.pinWaits(model))).toEqual([
    ...[null, null, null, null],
    { state: 'refused', problem: '4 other versions of models run here already' },
  ]);
  bench.versions.pin(pins.slice(1));
  await bench.settle();
  expect(bench.versions.pinWaits(pins[4]!)).toBeNull();
});

it('a version that was installed since judges as such, and not the one before it', async () => {
  bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
  await bench.begin();
  await active('pump-rul@2.1.0');
  await active('pump-rul@2.2.0');
  bench.state.installed = 'pump-rul@2.2.0';
  await bench.restart();
  expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
  expect([...bench.running]).toEqual([]);
});
