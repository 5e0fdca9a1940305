import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AlertInput, SensorFault } from '../../ports/decision.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

const loose: SensorFault = { sensor: 'vibration', value: -127, isBeyondAlarm: false };
const beyond: SensorFault = { sensor: 'vibration', value: 140, isBeyondAlarm: true };

async function started() {
  const decision = await bench.started();
  return async (times: number, faults: SensorFault[] = []) => {
    for (let i = 0; i < times; i++) {
      await bench.clock.advance(1_000);
      await decision.evaluate([{ ...bench.input(), ...(faults.length > 0 && { faults }) }]);
    }
  };
}

it('a sensor that sends what it cannot have is a warning of the machine, until it is well again', async () => {
  const evaluate = await started();
  await evaluate(2, [loose]);
  await evaluate(1);
  expect(bench.opened()).toEqual([]);
  await evaluate(3, [loose]);
  expect(bench.opened()).toMatchObject([
    {
      data: {
        ...{ failureMode: 'sensor-fault', severity: 'warning' },
        contributions: [{ sensor: 'vibration', share: 1, value: -127 }],
        reasons: ['vibration sends -127 mm/s, a value that it cannot have (0 … 100 mm/s)'],
      },
    },
  ]);
  await evaluate(20, [loose]);
  expect([bench.opened().length, bench.resolved().length]).toEqual([1, 0]);
  await evaluate(10);
  expect(bench.resolved()).toMatchObject([
    { data: { failureMode: 'sensor-fault', reasons: ['Every sensor sends values again that it can have'] } },
  ]);
});

it.each([
  ['every second time', [1, 1], 1],
  ['two times of three', [2, 1], 1],
  ['one time of three', [1, 2], 0],
  ['one time of eleven', [1, 10], 0],
] as const)(
  'a loose probe that is beyond its range %s is told, if that is more than a third',
  async (_, [ill, well], alerts) => {
    const evaluate = await started();
    for (let i = 0; i < 20; i++) {
      await evaluate(ill, [beyond]);
      await evaluate(well);
    }
    expect([bench.opened().length, bench.resolved().length]).toEqual([alerts, 0]);
  },
);

it('a value beyond the range on the side of the alarm is critical: the machine first, then the probe', async () => {
  const evaluate = await started();
  await evaluate(3, [beyond]);
  expect(bench.opened()).toMatchObject([
    {
      data: {
        ...{ failureMode: 'beyond-range', severity: 'critical' },
        reasons: ['vibration sends 140 mm/s, beyond what the probe can measure (0 … 100 mm/s)'],
      },
    },
  ]);
});

it('an open fault is known after a restart, and not opened twice', async () => {
  await (await started())(3, [loose]);
  await (await started())(5, [loose]);
  expect(new Set(bench.opened().map(({ data }) => data.predictionId)).size).toBe(1);
});

describe('a second probe', () => {
  const second: SensorFault = { sensor: 'sound', value: -127, isBeyondAlarm: false };
  const news = () => bench.updated().map(({ data }) => data.reasons.join('; '));

  it('in an alert that the first has opened is told once, and not for one odd value', async () => {
    const evaluate = await started();
    await evaluate(3, [loose]);
    await evaluate(70, [loose]);
    await evaluate(2, [loose, second]);
    await evaluate(1, [loose]);
    expect(news()).toEqual([]);
    await evaluate(3, [loose, second]);
    expect(news()).toEqual([expect.stringMatching(/^vibration sends -127 .*; sound sends -127/)]);
    for (let i = 0; i < 20; i++) {
      await evaluate(5, [loose]);
      await evaluate(5, [loose, second]);
    }
    expect([news().length, bench.opened().length, bench.resolved().length]).toEqual([1, 1, 0]);
  });

  it('is told also while the first, which comes and goes, only waits for its end', async () => {
    const evaluate = await started();
    for (let i = 0; i < 2; i++) {
      await evaluate(3, [loose]);
      await evaluate(10);
    }
    await evaluate(70, [second]);
    expect(news()).toEqual([expect.stringMatching(/^sound sends -127/)]);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 1]);
  });

  it('is told twice by no restart', async () => {
    await (await started())(80, [loose, second]);
    await (await started())(80, [loose, second]);
    expect(news()).toEqual([]);
  });
});

describe('each sensor is damped by itself', () => {
  const second: SensorFault = { sensor: 'sound', value: -127, isBeyondAlarm: false };

  it('one that comes and goes makes no return of the first fault of another, and does not hold back its end', async () => {
    const evaluate = await started();
    for (const wellFor of [10, 10, 3_700]) {
      await evaluate(3, [loose]);
      await evaluate(wellFor);
    }
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
    await evaluate(3, [second]);
    expect(bench.opened()[2]!.data.reasons).toEqual([expect.stringMatching(/^sound sends -127/)]);
    await evaluate(10);
    expect([bench.opened().length, bench.resolved().length]).toEqual([3, 3]);
  });

  it('and an alert says which of them waits, also after a restart', async () => {
    const evaluate = await started();
    for (const _ of [1, 2]) {
      await evaluate(3, [loose]);
      await evaluate(10);
    }
    await evaluate(70, [second]);
    expect(bench.updated().at(-1)!.data.reasons.join('; ')).toMatch(
      /^sound sends -127.*; vibration is well since .*; as it has come back once before, it counts as ended at /,
    );
    const again = await started();
    await again(70, [second]);
    await again(3_600);
    expect([bench.opened().length, bench.resolved().length]).toEqual([2, 2]);
  });
});

it('an alert says since when its own sensor is not well, and not since when another is', async () => {
  const evaluate = await started();
  const away: SensorFault = {
    ...{ sensor: 'sound', value: null, isBeyondAlarm: false },
    missing: { sinceMs: bench.clock.nowMs() - 120_000, others: 3 },
  };
  await evaluate(3, [away]);
  await evaluate(3, [away, beyond]);
  const [missing, out] = bench.opened().map(({ data }) => Date.parse(data.since!));
  expect([missing, out].map((ms) => bench.clock.nowMs() - ms!)).toEqual([126_000, 2_000]);
});

describe('after a failure and a replacement', () => {
  const about = { site: 'lab', machine: 'p1', machineType: 'pump' };
  it.each([
    ['before', 3],
    ['after', 0],
  ])('a probe that was broken %s is told like any other, with when it began', async (_, times) => {
    const decision = await bench.started();
    const evaluate = async (count: number, faults: SensorFault[] = []) => {
      for (let i = 0; i < count; i++) {
        await bench.clock.advance(60_000);
        await decision.evaluate([{ ...bench.input(), ...(faults.length > 0 && { faults }) }]);
      }
    };
    await evaluate(times, [loose]);
    await decision.lifecycle({ state: 'failed', about, atMs: bench.clock.nowMs() });
    await evaluate(5, times > 0 ? [loose] : []);
    await decision.lifecycle({ state: 'replaced', about, atMs: bench.clock.nowMs() });
    const before = bench.opened().length;
    await evaluate(3, [loose]);
    const found = bench.opened().slice(before);
    expect(found).toMatchObject([{ data: { failureMode: 'sensor-fault' } }]);
    expect(bench.clock.nowMs() - Date.parse(found[0]!.data.since!)).toBe(120_000);
  });

  it('a failed machine tells no fault until it has been well', async () => {
    const decision = await bench.started();
    await decision.lifecycle({ state: 'failed', about, atMs: bench.clock.nowMs() });
    const evaluate = await (
      async () =>
      async (times: number, faults: SensorFault[] = []) => {
        for (let i = 0; i < times; i++) {
          await bench.clock.advance(1_000);
          await decision.evaluate([{ ...bench.input(), ...(faults.length > 0 && { faults }) }]);
        }
      }
    )();
    await evaluate(50, [beyond]);
    expect(bench.opened()).toEqual([]);
    await evaluate(10);
    await evaluate(3, [beyond]);
    expect(bench.opened()).toHaveLength(1);
  });
});

const minuteMs = 60_000;
const ago = (input: { timeMs: number }, minutes: number) => input.timeMs - minutes * minuteMs;

describe.each([
  {
    failureMode: 'sensor-missing',
    faultOf: (sinceMs: number): SensorFault => ({
      ...{ sensor: 'vibration', value: null, isBeyondAlarm: false },
      missing: { sinceMs, others: 3 },
    }),
    said: /^vibration has not been sent since \d\d:\d\d(:\d\d)? .*, while 3 other sensors were$/,
    well: 'Every sensor that was missing is sent again',
  },
  {
    failureMode: 'sensor-stuck',
    faultOf: (sinceMs: number): SensorFault => ({
      ...{ sensor: 'vibration', value: 2, isBeyondAlarm: false },
      stuck: { sinceMs, longestMs: 40_000 },
    }),
    said: /^vibration has been exactly 2 mm\/s since \d\d:\d\d(:\d\d)? .*, which it never was for longer than 40 s, and other sensors move$/,
    well: 'The value of every sensor that was stuck moves again',
  },
])('$failureMode', ({ failureMode, faultOf, said, well }) => {
  async function started(more: (input: AlertInput) => Partial<AlertInput> = () => ({})) {
    const decision = await bench.started();
    return async (times: number, isIll: boolean, value = 3) => {
      for (let i = 0; i < times; i++) {
        await bench.clock.advance(1_000);
        const input = bench.input();
        const window = input.window.slice().fill(value);
        const faults = isIll ? { faults: [faultOf(ago(input, 5))] } : {};
        await decision.evaluate([{ ...input, window, ...faults, ...more(input) }]);
      }
    };
  }

  it('is a warning of its own at once, and ends when the sensor is well', async () => {
    const evaluate = await started();
    await evaluate(20, true);
    const reasons = [expect.stringMatching(said)];
    expect(bench.opened()).toMatchObject([{ data: { failureMode, severity: 'warning', reasons } }]);
    expect(bench.resolved()).toEqual([]);
    await evaluate(3, false);
    expect(bench.resolved()).toMatchObject([{ data: { failureMode, reasons: [well] } }]);
  });

  it('stays after a restart until a reading proves that the sensor is well, and is not told twice', async () => {
    await (await started())(5, true);
    const unsent = { unsent: ['vibration'] };
    await (await started(() => unsent))(20, false);
    await (await started(() => unsent))(20, false);
    expect(bench.resolved()).toEqual([]);
    const again = await started();
    if (failureMode === 'sensor-stuck') await again(20, false, 2);
    expect(bench.resolved().length).toBe(0);
    await again(3, false);
    expect(new Set(bench.opened().map(({ data }) => data.predictionId)).size).toBe(1);
    expect(bench.resolved()).toMatchObject([{ data: { failureMode } }]);
  });

  it('ends when its sensor is retired', async () => {
    await (await started())(5, true);
    const unsent = { unsent: ['vibration'] };
    let gone: Partial<AlertInput> = {};
    const evaluate = await started(() => ({ ...unsent, ...gone }));
    await evaluate(20, false);
    expect(bench.resolved()).toEqual([]);
    gone = { gone: ['vibration'] };
    await evaluate(1, false);
    gone = {};
    await evaluate(2, false);
    expect(bench.resolved()).toMatchObject([{ data: { failureMode, reasons: ['vibration was retired'] } }]);
  });

  it('joins no other alert', async () => {
    const evaluate = await started((input) => {
      const limit = { side: 'high', severity: 'warning', at: 4.5, backAt: 4 } as const;
      const met = { ...limit, sinceMs: ago(input, 10) };
      return { limits: [{ sensor: 'vibration', value: 5, met, mayBe: null }] };
    });
    bench.state.life = 30;
    await evaluate(20, true);
    const modes = bench.opened().map(({ data }) => data.failureMode);
    expect(modes).toContain(failureMode);
    expect(modes.length).toBeGreaterThan(1);
  });
});
