import { describe, expect, it } from 'vitest';
import type { FailureOutcome, Outcome, WarningOutcome } from '../../ports/outcomes/outcomes.ts';
import { figuresByPolicy, figuresOf } from './figures.ts';

const model = { policy: 'model', name: 'pump-rul', version: '2.0.0' } as const;
const limit = { policy: 'limit', name: '', version: '' } as const;
const hourMs = 3_600_000;
let count = 0;
const about = () => {
  const id = `o-${String(++count)}`;
  return { id, gateway: 'north', site: 'plant', machine: `pump-${id}`, machineType: 'pump', history: [] };
};
const time = (hours: number) => new Date(Date.UTC(2026, 0, 20) + hours * hourMs).toISOString();

function warning(verdict: WarningOutcome['verdict'], more: Partial<WarningOutcome> = {}): WarningOutcome {
  return {
    ...{ kind: 'warning', ...about(), verdict, isInferred: false, raisedBy: model },
    ...{ failureMode: 'wear', severity: 'warning', confidence: 0.9, openedAt: time(0), endedAt: time(1) },
    ...more,
  };
}
function failure(verdict: FailureOutcome['verdict'], more: Partial<FailureOutcome> = {}): FailureOutcome {
  return {
    ...{ kind: 'failure', ...about(), verdict, isInferred: true },
    ...{ failedAt: time(1), judgedBy: model, warnings: [], ...more },
  };
}
const times = <T>(n: number, make: (i: number) => T): T[] => Array.from({ length: n }, (_, i) => make(i));

describe('precision', () => {
  it('of the last 40 warnings 36 were confirmed; what is unknown or planned is stated and counts as neither', () => {
    const outcomes: Outcome[] = [
      ...times(9, () => warning('false-alarm', { openedAt: time(-100) })),
      ...times(36, (i) => warning('confirmed', { openedAt: time(i), isInferred: i < 30 })),
      ...times(4, (i) => warning('false-alarm', { openedAt: time(i) })),
      ...times(3, () => warning('unknown', { openedAt: time(5), endedAt: null })),
      ...times(2, () => warning('planned', { openedAt: time(5) })),
      ...times(7, () => warning('unknown', { openedAt: time(-100) })),
    ];
    const { warnings, precision } = figuresOf(outcomes, 40);
    expect(precision).toMatchObject({ count: 36, of: 40, value: 0.9 });
    expect([precision!.low, precision!.high].map((each) => each.toFixed(4))).toEqual(['0.7695', '0.9604']);
    expect(warnings).toEqual({
      ...{ total: 45, confirmed: 36, falseAlarms: 4, planned: 2, unknown: 3, open: 3, inferred: 30 },
    });
    expect(figuresOf(outcomes, 1_000).precision).toMatchObject({ count: 36, of: 49 });
  });

  it('of nothing that is known is none', () => {
    expect(figuresOf([warning('unknown')], 40)).toMatchObject({
      ...{ precision: null, recall: null, leadMs: null, calibration: [] },
      warnings: { total: 1, unknown: 1 },
    });
  });
});

describe('recall', () => {
  it('counts each failure once, what was mended in time as warned of, and lets each answer for what it judged', () => {
    const [first, second] = [
      warning('confirmed', { failedAt: time(1) }),
      warning('confirmed', { failedAt: time(1) }),
    ];
    const byLimit = warning('confirmed', { raisedBy: limit, confidence: null });
    const outcomes: Outcome[] = [
      ...[first, second, byLimit],
      failure('confirmed', { warnings: [first.id, second.id] }),
      failure('missed'),
      failure('missed', { judgedBy: null }),
      failure('planned'),
      failure('missed', { judgedBy: { ...model, version: '2.1.0' } }),
      warning('unknown', { raisedBy: { ...limit, policy: 'silence' } }),
    ];
    expect(figuresOf(outcomes, 40)).toMatchObject({ recall: { count: 2, of: 5 }, warnings: { total: 3 } });
    const of = figuresByPolicy(outcomes, 40).map(({ policy, version, recall }) => [
      `${policy} ${version}`,
      recall && `${recall.count} of ${recall.of}`,
    ]);
    expect(Object.fromEntries(of)).toEqual({
      ...{ 'model 2.0.0': '1 of 2', 'limit ': '1 of 4', 'silence ': null, 'model 2.1.0': '0 of 1' },
    });
  });
});

it('the lead is that of the first warning of a failure; median, quartiles and the interval of the median', () => {
  const leads = [1, 2, 3, 4, 5, 6, 7, 8, 9];
  const outcomes = leads.flatMap((hours) => {
    const machine = `pump-${hours}`;
    const failedAt = time(20);
    return [
      warning('confirmed', { machine, failedAt, openedAt: time(20 - hours) }),
      warning('confirmed', { machine, failedAt, openedAt: time(20 - hours / 2) }),
    ];
  });
  expect(figuresOf(outcomes, 100).leadMs).toEqual({
    ...{ median: 5 * hourMs, q25: 3 * hourMs, q75: 7 * hourMs, low: 2 * hourMs, high: 8 * hourMs, count: 9 },
  });
});

it('calibration has what was stated beside what was confirmed; what is measured has none', () => {
  const outcomes = [
    ...times(8, (i) =>
      warning(i < 6 ? 'confirmed' : 'false-alarm', { confidence: i % 2 === 0 ? 0.7 : 0.75 }),
    ),
    warning('false-alarm', { confidence: 0.1 }),
    warning('confirmed', { confidence: 1 }),
    warning('confirmed', { confidence: null, raisedBy: limit }),
    warning('unknown', { confidence: 0.7 }),
  ];
  const { calibration } = figuresOf(outcomes, 100);
  expect(calibration.map(({ from, said, confirmed }) => [from, said, confirmed.count, confirmed.of])).toEqual(
    [
      [0, 0.1, 0, 1],
      [0.6, expect.closeTo(0.725, 6), 6, 8],
      [0.8, 1, 1, 1],
    ],
  );
});

it('months have all that is known of them', () => {
  const outcomes = [
    warning('confirmed', { openedAt: '2026-01-31T23:00:00Z' }),
    warning('false-alarm', { openedAt: '2026-02-01T01:00:00Z' }),
    failure('missed', { failedAt: '2026-02-10T00:00:00Z' }),
  ];
  expect(figuresOf(outcomes, 1).months).toMatchObject([
    {
      month: '2026-01',
      precision: { count: 1, of: 1 },
      recall: { count: 1, of: 1 },
      said: 0.9,
      leadMs: null,
    },
    { month: '2026-02', precision: { count: 0, of: 1 }, recall: { count: 0, of: 1 } },
  ]);
});
