import { describe, expect, it } from 'vitest';
import { withBacktest } from './card.ts';
import { leadTimeSvg } from './chart.ts';
import { type Warning, warningFigures } from './figures.ts';
import type { Fleet, WatchedRun } from './fleet.ts';
import { markdownTable, notesOf, reportOf, tableLines } from './report.ts';

const horizon = { rows: 10, earlyFactor: 4 };
const hourMs = 3_600_000;

function run(machine: string, rows: number, fails: boolean): WatchedRun {
  return { machine, rows, fails, values: new Float32Array(rows) };
}

function fleet(...runs: WatchedRun[]): Fleet {
  return { description: 'made up', machineType: 'pump', msPerRow: hourMs, runs };
}

/** A warning for a machine of 101 rows: row 100 − lead is `lead` rows before the failure. */
function warning(machine: string, lead: number): Warning {
  return { machine, failureMode: 'wear', openedRow: 100 - lead };
}

describe('figures of warnings', () => {
  it('distinguishes in time, late, too early and missed at their limits', () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const figures = warningFigures(
      fleet(...names.map((name) => run(name, 101, true))),
      [warning('a', 10), warning('b', 9), warning('c', 40), warning('d', 41)],
      horizon,
    );
    expect(figures.outcomes).toEqual({ 'in time': 2, late: 1, 'too early': 1, missed: 1 });
    expect(figures.shareInTime).toBe(0.4);
    expect(figures.leadRows).toEqual([9, 10, 40]);
    expect(figures.lead).toEqual({ q25: 9.5, median: 10, q75: 25 });
    expect(figures.falseAlerts).toBe(1);
  });

  it('judges a failure by its best warning, and still counts its false ones', () => {
    const figures = warningFigures(
      fleet(run('a', 101, true)),
      [warning('a', 90), warning('a', 20), warning('a', 5)],
      horizon,
    );
    expect(figures.outcomes['in time']).toBe(1);
    expect(figures.leadRows).toEqual([20]);
    expect(figures.falseAlerts).toBe(1);
  });

  it('counts every warning on a machine that does not fail as false, per machine-month', () => {
    const watched = fleet(run('a', 101, true), run('sound', 660, false));
    const figures = warningFigures(watched, [warning('sound', 50), warning('sound', 5)], horizon);
    expect(figures.falseAlerts).toBe(2);
    expect(figures.healthyMonths).toBeCloseTo((60 + 660) / 720);
    expect(figures.falsePerMachineMonth).toBeCloseTo(2);
    expect(figures.outcomes.missed).toBe(1);
  });

  it('has null for figures without data', () => {
    const figures = warningFigures(fleet(), [], horizon);
    expect(figures).toMatchObject({ shareInTime: null, lead: null, falsePerMachineMonth: null });
  });
});

describe('the report', () => {
  const watched = fleet(run('a', 101, true), run('b', 101, true), run('sound', 600, false));
  const judged = (name: string, ...warnings: Warning[]) => ({
    name,
    meaning: 'said of it',
    figures: warningFigures(watched, warnings, horizon),
  });
  const report = reportOf(watched, 'cycles', horizon, [
    judged('model', warning('a', 20), warning('b', 12)),
    judged('rules <1>', warning('a', 4), warning('sound', 1)),
  ]);

  it('has the same content on a terminal and in a card', () => {
    expect(tableLines(report)[1]).toMatch(/^model +100 % \(2 of 2\) +0 +0 +0 +16 \(14–18\) +0 \(0\)$/);
    expect(markdownTable(report)[3]).toBe('| rules <1> | 0 % (0 of 2) | 1 | 0 | 1 | 4 (4–4) | 1 (1) |');
    const notes = notesOf(report).join('\n');
    expect(notes).toContain('Planning horizon: 10 cycles (10 hours)');
    expect(notes).toContain('more than 40 cycles (40 hours) before the failure');
  });

  it('replaces its section in a card when written again', () => {
    const once = withBacktest('# model 1.0.0\n\nIt estimates.\n', report);
    expect(once).toMatch(/^# model 1\.0\.0\n\nIt estimates\.\n\n## For operators\n\n\| policy/);
    expect(withBacktest(once, report)).toBe(once);
    const followed = `${once}\n## Licence\n\nNone.\n`;
    expect(withBacktest(followed, report)).toBe(followed);
  });

  it('draws a dot for each failure that was warned of', () => {
    const svg = leadTimeSvg(report);
    expect(svg.match(/<circle/g)).toHaveLength(3);
    expect(svg).toContain('rules &lt;1&gt;');
    expect(svg).toContain('unwarned 1 of 2');
  });
});
