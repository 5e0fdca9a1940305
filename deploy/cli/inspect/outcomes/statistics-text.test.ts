import { expect, it } from 'vitest';
import { spreadOf } from '../../../../shared/statistics/quantiles.ts';
import { shareOf } from '../../../../shared/statistics/wilson.ts';
import { type Figures, statisticsText } from './statistics-text.ts';

const hourMs = 3_600_000;
const none: Figures = {
  warnings: { total: 1, confirmed: 0, falseAlarms: 0, planned: 0, unknown: 1, open: 1, inferred: 0 },
  ...{ precision: null, recall: null, leadMs: null, calibration: [], months: [] },
};

it('says what is known, of how many, and what is not', () => {
  const known: Figures = {
    warnings: { total: 45, confirmed: 36, falseAlarms: 4, planned: 1, unknown: 4, open: 1, inferred: 30 },
    ...{ precision: shareOf(36, 40), recall: shareOf(36, 37) },
    leadMs: spreadOf([1, 2, 3, 4, 5, 6, 7].map((hours) => hours * hourMs)),
    calibration: [{ from: 0.8, to: 1, said: 0.91, confirmed: shareOf(33, 36)! }],
    months: [
      { month: '2026-10', precision: null, recall: shareOf(0, 1) },
      {
        ...{ month: '2026-11', precision: shareOf(36, 40), recall: shareOf(36, 36) },
        ...{ said: 0.91, leadMs: spreadOf([4 * hourMs]) },
      },
    ],
  };
  const policy = { policy: 'model', name: 'pump-rul', version: '2.0.0', machineType: 'pump' } as const;
  expect(statisticsText({ all: none, policies: [{ ...known, ...policy }] })).toBe(`All
  of no warning it is known what it was
  1 more is open

model pump-rul 2.0.0, machines of type pump
  of the last 40 warnings 36 were confirmed (90 %, 77 to 96 %); 30 of them by what was reported, by no person
  of 3 more it is not known what they were
  1 more is open
  1 more was planned
  failures that were announced: 36 of 37 (97 %, 86 to 100 %)
  lead time: median 4 h 0 min, quartiles 2 h 30 min and 5 h 30 min, of 7; median between 60 min and 7 h 0 min
  said with 80 to 100 % certainty (mean 91 %), confirmed: 33 of 36 (92 %, 78 to 97 %)
  2026-10: no warning known; failures announced 0 of 1 (0 %, 0 to 79 %)
  2026-11: confirmed 36 of 40 (90 %, 77 to 96 %), said with 91 % certainty; failures announced 36 of 36 (100 %, 90 to 100 %); lead time 4 h 0 min (median of 1)
`);
});
