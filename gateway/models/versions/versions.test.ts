/** Which version of a model judges: what people want, what can be used, and what takes its place. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { shareAt } from '../../../shared/contract/models/share-of.ts';
import type { TrialNow } from '../../ports/models/versions.ts';
import { inputOf, versionsBench } from './versions.testing.ts';

let bench: ReturnType<typeof versionsBench>;
beforeEach(() => {
  bench = versionsBench();
});
afterEach(() => bench.dispose());

const pumps = ['pump-1', 'pump-2', 'pump-3', 'pump-4'];
const active = (model: string) => bench.want({ role: 'active', model });

describe('the active version', () => {
  it('judges every machine of its type once it is ready, and the installed one until then', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    const document = await active('pump-rul@2.1.0');
    expect(bench.versions.waits(document)).toMatchObject({ state: 'preparing' });
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
    await bench.begin();
    expect(bench.versions.waits(document)).toBeNull();
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.1.0', 'pump-rul@2.1.0']);
    await bench.restart();
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
    await bench.remove('active');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
    expect([...bench.running]).toEqual([]);
  });

  it('changes between two batches: of one batch all are judged by one version, and none by both', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    const asking = bench.versions.assessor.assess(
      pumps.map((name) => inputOf(name)),
      new AbortController().signal,
    );
    await active('pump-rul@2.1.0');
    const before = await asking;
    expect(before.map((each) => each?.model?.version)).toEqual(['2.0.0', '2.0.0', '2.0.0', '2.0.0']);
    expect(await bench.judges(...pumps)).toEqual(pumps.map(() => 'pump-rul@2.1.0'));
  });

  it('that must not be used is refused with the reason, and the one before it goes on', async () => {
    await bench.begin();
    const document = await active('pump-rul@2.1.0');
    expect(bench.versions.waits(document)).toEqual({
      state: 'refused',
      problem: 'pump-rul@2.1.0 is damaged',
    });
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
  });

  it('that is not here yet is tried again, and is in force then', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 'later');
    await bench.begin();
    const document = await active('pump-rul@2.1.0');
    expect(bench.versions.waits(document)).toMatchObject({
      state: 'preparing',
      problem: 'it is not here yet',
    });
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.clock.advance(5_000);
    await bench.settle();
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  });

  it.each(['crashes', 'hangs', 'nan'] as const)(
    'that %s leaves no machine without an answer: the one before it gives it at once',
    async (behaviour) => {
      bench.behaviours.set('pump-rul@2.1.0', 150);
      await bench.begin();
      await active('pump-rul@2.1.0');
      bench.behaviours.set('pump-rul@2.1.0', behaviour);
      expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
      expect(bench.versions.trials.trials()).toMatchObject([{ role: 'guard', health: { failed: 1 } }]);
    },
  );

  it('that says nothing leaves no machine without an answer, and it is counted', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    await active('pump-rul@2.1.0');
    bench.behaviours.set('pump-rul@2.1.0', 'nothing');
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.0.0', 'pump-rul@2.0.0']);
    expect(bench.versions.trials.trials()).toMatchObject([
      { role: 'guard', health: { given: 0, declined: 2 } },
    ]);
  });

  it('that is rolled back is not tried again, until a person asks for it anew', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    const document = await active('pump-rul@2.2.0');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
    const [guard] = bench.versions.trials.trials();
    expect(guard).toMatchObject({ candidate: { version: '2.2.0' }, against: { version: '2.1.0' } });
    bench.versions.trials.rollBack(guard!.key, 'half of its answers failed');
    await bench.settle();
    const refused = { state: 'refused', problem: 'it was rolled back: half of its answers failed' };
    expect(bench.versions.waits(document)).toEqual(refused);
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
    await bench.restart();
    expect(bench.versions.waits(document)).toEqual(refused);
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
    await active('pump-rul@2.2.0');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
  });

  it('keeps the one before it warm until its guard is over', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    await active('pump-rul@2.2.0');
    expect([...bench.running].sort()).toEqual(['pump-rul@2.1.0', 'pump-rul@2.2.0']);
    bench.versions.trials.prove(bench.versions.trials.trials()[0]!.key, 'it is as good');
    await bench.settle();
    expect([...bench.running]).toEqual(['pump-rul@2.2.0']);
    expect(bench.versions.trials.trials()).toEqual([]);
  });

  it('is refused for a type that nobody knows here, for some machines only, and without a version', () => {
    const problemOf = (body: Record<string, unknown>) => bench.versions.problem(body);
    const body = { role: 'active', machineType: 'pump', model: 'pump-rul@2.1.0' };
    expect(problemOf(body)).toBeNull();
    expect(problemOf({ ...body, machineType: 'fan' })).toBe("this gateway has no machine type 'fan'");
    expect(problemOf({ ...body, share: 0.5 })).toMatch(/^the active version is for all machines/);
    expect(problemOf({ ...body, model: 'pump-rul' })).toMatch(/^'pump-rul' is not NAME@VERSION/);
    expect(problemOf({ ...body, role: 'new' })).toMatch(/^there is no role 'new'/);
    expect(problemOf({ ...body, role: 'shadow', machines: ['plant'] })).toMatch(
      /^'plant' is not SITE\/MACHINE/,
    );
  });
});

describe('a version that runs beside', () => {
  it('is asked about the machines that were chosen, and judges none', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    await bench.want({ role: 'shadow', model: 'pump-rul@2.1.0', machines: ['plant/*-2', 'hall/*'] });
    expect(bench.running).toEqual(new Set(['pump-rul@2.1.0 beside']));
    const [challenger] = bench.versions.trials.challengers();
    expect(pumps.map((name) => challenger!.takes(inputOf(name).machine))).toEqual([
      false,
      true,
      false,
      false,
    ]);
    expect(await bench.judges(...pumps)).toEqual(pumps.map(() => 'pump-rul@2.0.0'));
    await bench.remove('shadow');
    expect(bench.versions.trials.challengers()).toEqual([]);
    expect([...bench.running]).toEqual([]);
  });

  it('has its share of machines by a hash of their names alone, so that a larger share has the same ones', async () => {
    const names = Array.from({ length: 1_000 }, (_, i) => `pump-${i}`);
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    const taken = async (share: number) => {
      await bench.want({ role: 'shadow', model: 'pump-rul@2.1.0', share });
      const [challenger] = bench.versions.trials.challengers();
      return names.filter((name) => challenger!.takes(inputOf(name).machine));
    };
    const [tenth, fifth] = [await taken(0.1), await taken(0.2)];
    expect(tenth.length).toBeGreaterThan(60);
    expect(tenth.length).toBeLessThan(140);
    expect(tenth.every((name) => fifth.includes(name))).toBe(true);
    expect(tenth).toEqual(names.filter((name) => shareAt(`plant/${name}`) < 0.1));
  });
});

describe('a pinned version', () => {
  it('judges the machine that a person says, once it is ready, and no other one', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    const word = { key: 'overrides/pin:plant/pump-1', version: 1, who: 'maria', why: 'compare' };
    bench.versions.connect({
      of: ({ machine }) => (machine === 'pump-1' ? { pin: { ...word, model: 'pump-rul@2.1.0' } } : null),
      forced: () => [],
      onChange: () => undefined,
    });
    bench.versions.pin(['pump-rul@2.1.0']);
    expect(bench.versions.pinWaits('pump-rul@2.1.0')).toMatchObject({ state: 'preparing' });
    await bench.begin();
    expect(bench.versions.pinWaits('pump-rul@2.1.0')).toBeNull();
    expect(bench.versions.pinWaits('fan-rul@1.0.0')).toMatchObject({ state: 'refused' });
    expect(await bench.judges('pump-1', 'pump-2')).toEqual(['pump-rul@2.1.0', 'pump-rul@2.0.0']);
    bench.behaviours.set('pump-rul@2.1.0', 'crashes');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.0.0']);
    bench.versions.pin([]);
    await bench.settle();
    expect([...bench.running]).toEqual([]);
  });
});

describe('an A/B trial', () => {
  it('judges its share by the candidate, the others as before, and counts what each has judged', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150);
    await bench.begin();
    await bench.want({ role: 'ab', model: 'pump-rul@2.1.0', share: 0.5 });
    const many = Array.from({ length: 12 }, (_, i) => `pump-${i}`);
    const expected = many.map((name) =>
      shareAt(`plant/${name}`) < 0.5 ? 'pump-rul@2.1.0' : 'pump-rul@2.0.0',
    );
    expect(new Set(expected).size).toBe(2);
    for (let minute = 0; minute < 3; minute++) {
      const answers = await bench.assessed(many.map((name) => inputOf(name, 60_000 * minute)));
      expect(answers.map((each) => `pump-rul@${each?.model?.version}`)).toEqual(expected);
    }
    const [first] = bench.versions.trials.trials() as TrialNow[];
    const share = expected.filter((model) => model === 'pump-rul@2.1.0').length;
    const hours = (machines: number) => expect.closeTo((machines * 2) / 60, 6);
    expect(first?.figures).toMatchObject({
      machines: 12,
      readings: 36,
      hours: { candidate: hours(share), other: hours(12 - share) },
    });
  });

  it('that fails is judged by the active version', async () => {
    bench.behaviours.set('pump-rul@2.1.0', 150).set('pump-rul@2.2.0', 100);
    await bench.begin();
    await active('pump-rul@2.1.0');
    await bench.want({ role: 'ab', model: 'pump-rul@2.2.0', share: 1 });
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.2.0']);
    bench.behaviours.set('pump-rul@2.2.0', 'crashes');
    expect(await bench.judges('pump-1')).toEqual(['pump-rul@2.1.0']);
  });
});
