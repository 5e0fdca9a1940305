import { expect, it } from 'vitest';
import type { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import { documentLimits } from '../../shared/contract/fleet/documents.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { Asked, ShownDocument } from '../ports/fleet/fleet.ts';
import type { Outcome, WarningOutcome } from '../ports/outcomes/outcomes.ts';
import { Lessons, lessonsOf } from './lessons.ts';

const nowMs = Date.UTC(2026, 5, 1);
const at = (days: number) => nowMs + days * 86_400_000;

function warning(
  verdict: WarningOutcome['verdict'],
  days: number,
  more: Partial<WarningOutcome> = {},
): Outcome {
  return {
    ...{
      kind: 'warning',
      id: `w${days}`,
      gateway: 'g',
      site: 'hall',
      machine: 'fan-1',
      machineType: 'generic',
    },
    ...{
      verdict,
      isInferred: false,
      history: [],
      failureMode: 'unusual',
      severity: 'warning',
      confidence: 0.9,
    },
    ...{
      raisedBy: { policy: 'self-learned', name: 'd', version: '1' },
      openedAt: new Date(at(days)).toISOString(),
    },
    endedAt: null,
    ...more,
  };
}

it('are of self-learned warnings that were false alarms or confirmed, of the last year, the latest of each', () => {
  const outcomes = [
    ...[-1, -2, -3, -4, -5, -6].map((days) => warning('false-alarm', days)),
    ...[warning('confirmed', -7), warning('unknown', -8), warning('planned', -9), warning('confirmed', -400)],
    warning('false-alarm', -1, { raisedBy: { policy: 'model', name: 'm', version: '1' } }),
    warning('confirmed', -2, { machine: 'fan-2', gateway: 'h' }),
  ];
  const { byGateway: found } = lessonsOf(outcomes, nowMs);
  expect([...found.keys()]).toEqual(['g', 'h']);
  expect(found.get('g')).toEqual([
    {
      ...{ site: 'hall', machine: 'fan-1', failureMode: 'unusual' },
      ...{ falseMs: [-1, -2, -3, -4].map(at), rightMs: [at(-7)] },
    },
  ]);
});

it('are told when they have changed, and only then', async () => {
  const outcomes: Outcome[] = [];
  const told: Asked[] = [];
  const wanted: Partial<DesiredDocument>[] = [];
  const clock = manualClock(nowMs);
  const fleet = {
    wanted: () => wanted as DesiredDocument[],
    async set(asked: Asked) {
      told.push(asked);
      wanted.splice(0, wanted.length, asked as Partial<DesiredDocument>);
      return {} as ShownDocument;
    },
  };
  const lessons = new Lessons({
    outcomes: { all: () => outcomes },
    ...{ fleet, gateways: ['g'], clock, log: silentLog },
  });
  await lessons.start();
  await clock.advance(20_000);
  expect(told).toEqual([]);
  outcomes.push(warning('false-alarm', -1));
  await clock.advance(30_000);
  await lessons.look();
  expect(told).toMatchObject([{ kind: 'lessons', gateway: 'g', body: { lessons: [{ falseMs: [at(-1)] }] } }]);
  outcomes[0] = warning('confirmed', -1);
  await lessons.look();
  expect(told[1]).toMatchObject({ body: { lessons: [{ falseMs: [], rightMs: [at(-1)] }] } });
  outcomes.length = 0;
  await lessons.look();
  expect(told[2]).toMatchObject({ body: { lessons: [] } });
  await lessons.stop();
});

it('fit into a document however long names are, the newest first, and it is known how many are left out', async () => {
  const long = (i: number) => `${'m'.repeat(60)}-${i}`;
  const outcomes = Array.from({ length: 60 }, (_, i) =>
    [0, 1, 2, 3].flatMap((k) => [
      {
        ...warning('false-alarm', -i - k / 10),
        site: 's'.repeat(64),
        machine: long(i),
        failureMode: 'f'.repeat(64),
      },
      {
        ...warning('confirmed', -i - k / 10 - 0.05),
        site: 's'.repeat(64),
        machine: long(i),
        failureMode: 'f'.repeat(64),
      },
    ]),
  ).flat() as Outcome[];
  const { byGateway, left } = lessonsOf(outcomes, nowMs);
  const lessons = byGateway.get('g')!;
  expect(JSON.stringify({ lessons }).length).toBeLessThanOrEqual(documentLimits.bodyBytesMax);
  expect(lessons.length).toBeGreaterThan(20);
  expect(lessons.map(({ machine }) => machine)).toEqual(lessons.map((_, i) => long(i)));
  expect(left.get('g')).toBe(60 - lessons.length);
});
