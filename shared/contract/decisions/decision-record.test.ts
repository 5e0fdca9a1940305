import { type Static, Type } from '@sinclair/typebox';
import { describe, expect, it } from 'vitest';
import { compileValidator } from '../../runtime/validate.ts';
import { newEvent } from '../envelope.ts';
import { understoodEvent } from '../events.ts';
import type { DecisionRecord } from './decision-record.ts';
import { knownMode } from './known-mode.ts';

/** The contract of version 0.1.0, as it was released; frozen. */
const Record010 = Type.Object({
  decisionId: Type.String(),
  decision: Type.String(),
  subject: Type.String(),
  inputs: Type.Record(Type.String(), Type.Unknown()),
  answer: Type.Record(Type.String(), Type.Unknown()),
  reasons: Type.Array(Type.String(), { maxItems: 16 }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  policy: Type.Object({ name: Type.String(), version: Type.String() }),
  mode: Type.Union([Type.Literal('active'), Type.Literal('fallback')]),
  fallbackCause: Type.Optional(Type.String()),
  latencyMs: Type.Number({ minimum: 0 }),
});

const record010: Static<typeof Record010> = {
  decisionId: 'd-1',
  decision: 'alert',
  subject: 'plant/pump-1',
  inputs: { machineType: 'pump', time: '2026-11-30T00:00:00.000Z', rows: 30, latest: { flow: 12 } },
  answer: { source: 'model', remainingLife: null, health: 1, anomaly: 0, changes: [], recorded: 'sample' },
  reasons: ['Health 1'],
  confidence: 0.9,
  policy: { name: 'remaining-life-model', version: 'pump-rul@2.0.0 rul-turbofan@1.0.0' },
  mode: 'active',
  latencyMs: 3,
};
const record: DecisionRecord = {
  ...record010,
  mode: 'fallback',
  fallbackCause: 'breaker-open: it is suspended',
  window: {
    sha256: 'a'.repeat(64),
    rows: 30,
    columns: 14,
    end: '2026-11-30T00:00:00.000Z',
    journal: { id: '0011223344556677', from: 1, to: 30 },
  },
  breaker: { state: 'open', openedBy: 'failures', detail: '5 failures in a row' },
};
/** Records of gateways of later versions, which no program of today knows. */
const later = ['shadow', 'override', 'forced'].map((mode) => ({
  ...record,
  mode,
  breaker: { ...record.breaker!, state: 'isolated', openedBy: 'a person' },
  override: { by: 'ann', until: '2026-12-01' },
  window: { ...record.window!, tables: ['x'] },
}));

/** Reads a record that came from a gateway as a cloud of this version does. */
const received = (data: object) => {
  const about = { gateway: 'g', id: 'd-1', timeMs: 1_764_000_000_000, subject: 'plant/pump-1' };
  const type = 'io.harbinger.decision.recorded.v1';
  const event = { ...newEvent(type, about, record), data: JSON.parse(JSON.stringify(data)) };
  return understoodEvent(event);
};
const in010 = compileValidator(Record010);
const check010 = (data: object) => in010(structuredClone(data), (problem) => new Error(problem));

describe('records of decisions, between versions', () => {
  it.each<[string, object]>([
    ['0.1.0', record010],
    ['this version', record],
    ...later.map((each) => [`a later one, ${each.mode}`, each] as [string, object]),
  ])('of a gateway of %s are kept whole by the cloud', (_, data) => {
    expect(received(data)).toMatchObject({ data });
  });

  it('of this version are kept whole by a cloud of 0.1.0', () => {
    for (const mode of ['active', 'fallback'])
      expect(check010({ ...record, mode })).toEqual({ ...record, mode });
  });

  it('with a later mode are beyond a cloud of 0.1.0, which has them in quarantine until it is updated', () => {
    for (const data of later) expect(() => check010(data)).toThrow();
  });

  it('with a mode that is not known say nothing of what was done', () => {
    expect([record010, record, ...later].map(knownMode)).toEqual([
      'active',
      'fallback',
      null,
      'override',
      null,
    ]);
  });

  it('are refused if their mode is not a short text', () => {
    for (const mode of [undefined, 3, null, 'x'.repeat(65)])
      expect(typeof received({ ...record, mode })).toBe('string');
  });
});
