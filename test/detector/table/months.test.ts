import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../../../shared/runtime/random.ts';
import { judges } from '../judges/judges.ts';
import { dayMinutes } from '../months/machine.ts';
import { monthFaults } from '../months/month-faults.ts';
import { live } from '../months/months.ts';
import { monthSets, monthsTable } from './months.ts';
import { type Line, load, printed, save } from './table.ts';

const every = Object.values(monthSets).flat();

describe('machines over months', () => {
  it('have other names and other values each, and are the same again from the same seed', () => {
    expect(new Set(every.map(({ name }) => name)).size).toBe(every.length);
    for (const kind of every) {
      const [one, other] = [kind.make(seededRandom(4)), kind.make(seededRandom(4))];
      for (let minute = 0; minute < 2 * dayMinutes; minute += 5) {
        const row = one.row(minute, 5);
        expect(other.row(minute, 5)).toEqual(row);
        if (row) expect(row.length).toBe(one.deviations.length);
      }
    }
  });

  it('are judged with a fault that is told, and without one', () => {
    const kind = every.find(({ name }) => name === 'factors')!;
    const options = { days: 34, seed: 3, stepMinutes: 10 };
    const newJudge = (sensors: number) => judges['EWMA per sensor']!(sensors, 28 * 144);
    const fault = monthFaults.find(({ name }) => name === 'step of 8, lasting')!;
    const broken = live(kind, fault, newJudge, options);
    expect(broken.delayMinutes).toBeLessThan(2 * dayMinutes);
    expect(broken.faultDays).toBe(4);
    const well = live(kind, null, newJudge, options);
    expect(well.delayMinutes).toBeNaN();
    expect(well.wellMinutes).toBeGreaterThan(5 * dayMinutes);
  });
});

it('a table is printed beside one that was kept', () => {
  const line = { what: 'a', judge: 'b', figures: { 'found %': 0.5, told: Number.NaN } };
  const table = { title: 'T', lines: [line] };
  const folder = mkdtempSync(join(tmpdir(), 'table-'));
  const file = join(folder, 'kept.json');
  save(file, [table]);
  const [before] = load(file);
  rmSync(folder, { recursive: true });
  expect(before).toEqual(table);
  const now = { title: 'T', lines: [{ ...line, figures: { 'found %': 0.75, told: 3 } }] };
  expect(printed(now, before!)).toContain('| a | b | 50.0 % → 75.0 % | – → 3 |');
});

it('the table of months has a line for each kind that is well, and one for each fault', () => {
  const { lines } = monthsTable({
    ...{ set: 'chosen', kinds: ['tank'], faults: ['nothing', 'step of 8, lasting'], judges: ['static PCA'] },
    ...{ seeds: [1], days: 33, stepMinutes: 30, onLine: () => {} },
  });
  expect(lines.map(({ what }) => what)).toEqual(['tank', 'all that are well', 'step of 8, lasting']);
  expect(lines[2]!.figures).toMatchObject({ machines: 1 });
});

it('a fan that gets a second speed after two weeks is told of for some days, and not until a person speaks', {
  tags: ['long'],
}, () => {
  const [{ figures }] = monthsTable({
    ...{ set: 'later', kinds: ['fan, second speed from day 15'], faults: ['nothing'], judges: ['gateway'] },
    ...{ seeds: [201], days: 40, stepMinutes: 1, onLine: () => {} },
  }).lines as [Line];
  expect(figures['alerts a machine-year']).toBeGreaterThan(0);
  expect(figures['of time with an alert %']! + figures['else changed %']!).toBeLessThan(0.2);
});
