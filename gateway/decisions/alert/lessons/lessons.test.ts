import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DesiredDocument } from '../../../../shared/contract/fleet/documents.ts';
import type { EstimatePolicy } from '../../../../shared/domain/alert-policy.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { Lessons } from '../../../fleet/kinds/lessons/part.ts';
import { relearntFile } from '../../../fleet/kinds/lessons/relearnt-file.ts';
import type { AlertInput } from '../../../ports/decision.ts';
import { alertBench } from '../alert-bench.testing.ts';
import { learntPolicy } from './learnt-policy.ts';

const policy: EstimatePolicy = {
  ...{ failureMode: 'unusual', on: 'anomaly', openAt: 0.6, resolveAt: 0.4, minConfidence: 0 },
  ...{ openAfter: 3, resolveAfter: 10, openAfterMs: 1_000 },
};
const own = { source: 'rules', detector: { name: 'self-learned', version: '1' } } as const;
const byRules = { source: 'rules' } as const;
const learntBy = (falseAlarms: number, confirmed: number) =>
  learntPolicy(policy, own, { falseAlarms, confirmed });

describe('the threshold of a self-learned warning', () => {
  it('rises with false alarms, up to a bound, and says so', () => {
    expect(learntBy(1, 0).policy).toMatchObject({
      openAt: 0.66,
      openAfter: 6,
      openAfterMs: 2_000,
      resolveAt: 0.4,
    });
    expect(learntBy(3, 0).policy).toMatchObject({ openAt: 0.78, openAfter: 24 });
    expect(learntBy(4, 0).policy).toEqual(learntBy(3, 0).policy);
    expect(learntBy(2, 1).policy).toEqual(learntBy(1, 0).policy);
    expect(learntBy(1, 0).reason).toBe(
      'Of earlier warnings of this kind here 1 was a false alarm and 0 confirmed, so its score must reach 0.66 (0.6 as a rule) 6 times in a row (3)',
    );
  });

  it('falls where warnings were confirmed, and stays above where the alert ends', () => {
    expect(learntBy(0, 1).policy).toMatchObject({ openAt: 0.55, openAfter: 2, openAfterMs: 500 });
    expect(learntBy(0, 4).policy).toEqual(learntBy(0, 1).policy);
  });

  it('never asks what is far off to last for hours, nor opens an alert of what has changed', () => {
    const falseAlarms = { falseAlarms: 3, confirmed: 0 };
    const minuteMs = 60_000;
    const waits = (openAfterMs: number) =>
      learntPolicy({ ...policy, openAfterMs }, own, falseAlarms).policy.openAfterMs;
    expect(waits(minuteMs)).toBe(8 * minuteMs);
    expect(waits(10 * minuteMs)).toBe(20 * minuteMs);
    expect(waits(60 * minuteMs)).toBe(60 * minuteMs);
    const low = { ...policy, openAt: 0.55 };
    expect(learntPolicy(low, own, { falseAlarms: 0, confirmed: 1 }).policy.openAt).toBe(0.53);
  });

  it('is the type’s own without lessons, and for what a model or rules say', () => {
    expect(learntBy(1, 1)).toEqual({ policy, reason: null });
    expect(learntPolicy(policy, own, null).policy).toBe(policy);
    expect(learntPolicy(policy, byRules, { falseAlarms: 3, confirmed: 0 }).policy).toBe(policy);
    const ofLife = { ...policy, on: 'remaining-life' as const };
    expect(learntPolicy(ofLife, own, { falseAlarms: 3, confirmed: 0 }).policy).toBe(ofLife);
  });
});

it('a warning of the self-learned detector waits as it was learnt, says so in its record, and a person’s word ends that', async () => {
  const bench = await alertBench();
  try {
    const decision = await bench.started({ sampleMs: 0 });
    bench.state.model = 'ignorant';
    bench.state.selfLearned = true;
    bench.state.lessons = { falseAlarms: 1, confirmed: 0 };
    const { machine } = bench.input();
    const alerts = [{ ...policy, openAt: 0.01, resolveAt: 0, openAfterMs: 0 }];
    // With a false alarm its score must reach 0.1585.
    const unusual = { machine: { ...machine, type: { ...machine.type, alerts } } };
    await bench.evaluate(decision, null, 12, unusual);
    expect(bench.opened()).toHaveLength(0);
    bench.state.lessons = null;
    await bench.evaluate(decision, null, 3, unusual);
    expect(bench.opened()).toHaveLength(1);
    const relearnt = { by: 'maria', note: 'new product', what: [] } as unknown as NonNullable<
      AlertInput['relearnt']
    >;
    await bench.evaluate(decision, null, 1, { ...unusual, relearnt });
    expect(bench.resolved()).toHaveLength(1);

    bench.state.lessons = { falseAlarms: 0, confirmed: 2 };
    const other = { machine: { ...unusual.machine, machine: 'p2' } };
    await bench.evaluate(decision, null, 2, other);
    const [, second] = bench.opened();
    expect(second?.data.reasons.join(' ')).toContain('0 were false alarms and 2 confirmed');
    expect(bench.records().at(-1)?.data.reasons.join(' ')).toContain('2 times in a row (3)');
  } finally {
    await bench.dispose();
  }
});

describe('lessons', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'harbinger-lessons-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const fan = { site: 'hall', machine: 'fan-1' };
  const lesson = { ...fan, failureMode: 'unusual', falseMs: [300, 100], rightMs: [200] };
  const documents = [{ kind: 'lessons', body: { lessons: [lesson] } }] as unknown as DesiredDocument[];
  const lessons = () => new Lessons(relearntFile(join(folder, 'lessons.json'), silentLog), silentLog);

  it('are counted by machine and cause, since the machine was learnt anew, also after a restart', async () => {
    const first = lessons();
    first.apply(documents);
    expect(first.of(fan, 'unusual')).toEqual({ falseAlarms: 2, confirmed: 1 });
    expect([first.of(fan, 'other'), first.of({ ...fan, machine: 'fan-2' }, 'unusual')]).toEqual([null, null]);
    first.relearnt(fan, 250);
    expect(first.of(fan, 'unusual')).toEqual({ falseAlarms: 1, confirmed: 0 });
    await first.saved();
    const second = lessons();
    second.apply(documents);
    expect(second.of(fan, 'unusual')).toEqual({ falseAlarms: 1, confirmed: 0 });
    second.relearnt(fan, 400);
    expect(second.of(fan, 'unusual')).toBeNull();
    await second.saved();
  });

  it('of a document that is not understood are refused', () => {
    expect(lessons().problem({ lessons: [{ machine: 'x' }] })).toMatch(/site/);
    expect(lessons().problem({ lessons: [lesson] })).toBeNull();
  });
});
