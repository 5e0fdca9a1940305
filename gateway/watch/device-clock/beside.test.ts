/** A machine with two devices, of which one has a clock that is behind: what it sends is of now. */
import { describe, expect, it } from 'vitest';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { AlertInput } from '../../ports/decision.ts';
import { alertInput } from '../windows/watched-machine.ts';
import { batch, newWindows } from '../windows/windows.testing.ts';

const fan: MachineType = {
  ...{ name: 'fan', version: '1.0.0', description: '', lifeUnit: 'hours', stepMs: 1_000, windowRows: 30 },
  openSensors: false,
  sensors: [
    { name: 'speed', unit: '1/s', min: 0, max: 60 },
    { name: 'vibration', unit: 'mm/s', min: 0, max: 60, warn: 4.5, alarm: 7.1 },
  ],
  alerts: [],
};

function bench() {
  const { windows, clock } = newWindows({ types: new Map([['fan', fan]]), intervalMsMin: 200 });
  let isNew = true;
  const send = (timeMs: number, ...values: number[]) => {
    const newMachines = isNew ? [{ machineIndex: 0, site: 's', machine: 'm', machineType: 'fan' }] : [];
    isNew = false;
    windows.add(batch([[0, timeMs, ...values]], { newMachines }));
  };
  const look = (): AlertInput[] => {
    const taken = windows.take(1);
    const inputs = taken.map((machine) => alertInput(machine, clock.nowMs()));
    windows.release(taken);
    return inputs;
  };
  return { windows, clock, send, look };
}

const absent = Number.NaN;

/** The speed comes four times a second, the vibration once; returns what a decision hears in each second. */
function seconds(
  at: ReturnType<typeof bench>,
  count: number,
  vibrationAt: (second: number) => { value: number; behindMs: number },
  hasSpeed = true,
) {
  return Array.from({ length: count }, (_, second) => {
    const inputs: AlertInput[] = [];
    for (let quarter = 0; quarter < 4; quarter++) {
      at.clock.advanceNow(250);
      if (hasSpeed) at.send(at.clock.nowMs(), 25, absent);
      if (quarter > 0) continue;
      const { value, behindMs } = vibrationAt(second);
      at.send(at.clock.nowMs() - behindMs, absent, value);
      inputs.push(...at.look());
    }
    return {
      met: inputs.at(-1)?.limits?.[0]?.met ?? null,
      passed: inputs.flatMap((input) => input.passed ?? []),
    };
  });
}

describe.each([150, 3_000, 120_000])('by %i ms', (behindMs) => {
  it('a limit of its sensor is met and left after the same time as with equal clocks', () => {
    const heard = (ms: number) => {
      const at = bench();
      seconds(at, 60, () => ({ value: 1, behindMs: ms }));
      const high = seconds(at, 60, () => ({ value: 9, behindMs: ms }));
      const low = seconds(at, 120, () => ({ value: 1, behindMs: ms }));
      expect([...high, ...low].flatMap(({ passed }) => passed)).toEqual([]);
      return [high.findIndex(({ met }) => met !== null), low.findIndex(({ met }) => met === null)];
    };
    const [metAt, leftAt] = heard(0);
    const [met, left] = heard(behindMs);
    expect(metAt).toBeGreaterThan(0);
    expect(leftAt).toBeGreaterThan(0);
    expect(Math.abs(met! - metAt!)).toBeLessThanOrEqual(1);
    expect(Math.abs(left! - leftAt!)).toBeLessThanOrEqual(1);
  });

  it('a limit is met also when the other device has fallen silent', () => {
    const at = bench();
    seconds(at, 60, () => ({ value: 1, behindMs }));
    const high = seconds(at, 60, () => ({ value: 9, behindMs }), false);
    expect(high.findIndex(({ met }) => met !== null)).toBeLessThanOrEqual(15);
    expect(high.at(-1)!.met).not.toBeNull();
  });
});

it('a clock that slides from ahead to behind makes no readings late after the first two seconds', () => {
  const at = bench();
  seconds(at, 300, (second) => ({ value: 1, behindMs: -3_000 + 20 * second }));
  expect(at.windows.stats().late).toBeLessThanOrEqual(8);
});

it('what one device has kept and sends at once, while the other sends what is of now, is late', () => {
  const at = bench();
  seconds(at, 60, () => ({ value: 1, behindMs: 0 }));
  const lostMs = at.clock.nowMs();
  for (let i = 0; i < 1_200; i++) {
    at.clock.advanceNow(1_000);
    at.send(at.clock.nowMs(), 25, absent);
  }
  const before = at.windows.stats().late;
  for (let i = 1; i <= 1_190; i++) {
    at.clock.advanceNow(i % 4 === 0 ? 10 : 0);
    at.send(lostMs + 1_000 * i, absent, 9);
    expect(at.look().flatMap(({ limits = [] }) => limits.filter(({ met }) => met))).toEqual([]);
  }
  expect(at.windows.stats().late - before).toBe(1_190);
});
