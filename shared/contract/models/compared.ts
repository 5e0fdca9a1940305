import { type Static, Type } from '@sinclair/typebox';
import { plainName } from '../topics.ts';

const Count = Type.Integer({ minimum: 0 });
const Life = Type.Number({ description: 'in the unit of life of the type' });

/** Upper bounds of the buckets of latency, ms; one more bucket counts everything above the last. */
export const comparedLatencyMs = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 5_000] as const;

export const ComparedLatency = Type.Object({
  sumMs: Type.Number({ minimum: 0 }),
  maxMs: Type.Number({ minimum: 0 }),
  buckets: Type.Array(Count, {
    maxItems: 32,
    description: `answers of at most ${comparedLatencyMs.join(', ')} ms, and of more`,
  }),
});
export type ComparedLatency = Static<typeof ComparedLatency>;

/**
 * Figures of a version of a model beside another one at one gateway: counted since `since`, so that the latest event of
 * a trial says all, and one that comes again or late changes nothing.
 */
export const ModelsCompared = Type.Object({
  machineType: Type.String({ ...plainName }),
  role: Type.String({
    maxLength: 40,
    description:
      'shadow: nothing followed from the candidate; ab: it judged its machines; guard: it judged all of them, and the version before it ran beside',
  }),
  candidate: Type.String({ maxLength: 140, description: 'name@version' }),
  against: Type.String({ maxLength: 140, description: 'name@version' }),
  document: Type.String({
    maxLength: 300,
    description: 'who wanted it: the key of the document, and its version',
  }),
  since: Type.String({ maxLength: 40, description: 'RFC 3339' }),
  to: Type.String({ maxLength: 40, description: 'RFC 3339' }),
  machines: Count,
  readings: Type.Integer({ minimum: 0, description: 'judged by both, or, of ab, by either' }),
  agreed: Type.Integer({ minimum: 0, description: 'of these: both would warn, or neither' }),
  bothWarn: Count,
  onlyCandidateWarns: Count,
  onlyOtherWarns: Count,
  alerts: Type.Object(
    {
      both: Count,
      raised: Type.Integer({ minimum: 0, description: 'by the candidate alone' }),
      spared: Type.Integer({ minimum: 0, description: 'by the other one alone' }),
    },
    { description: 'warnings of a remaining life, as each of them alone would have raised them' },
  ),
  vain: Type.Optional(
    Type.Object(
      { raised: Count, spared: Count },
      { description: 'those of one of both alone that have ended, and no failure followed' },
    ),
  ),
  failed: Type.Object(
    { count: Count, both: Count, onlyCandidate: Count, onlyOther: Count },
    {
      description:
        'failures that were reported of these machines, and which of both would have warned of them',
    },
  ),
  difference: Type.Union(
    [
      Type.Object({
        mean: Life,
        meanAbsolute: Life,
      }),
      Type.Null(),
    ],
    { description: 'remaining life of the candidate less that of the other one' },
  ),
  failures: Type.Record(Type.String({ maxLength: 40 }), Count, {
    description: 'of the candidate, by cause, such as timeout, error, invalid, no-answer',
  }),
  dropped: Type.Integer({ minimum: 0, description: 'readings that waited for the candidate too long' }),
  latency: Type.Object({ candidate: ComparedLatency, other: ComparedLatency }),
  hours: Type.Object(
    { candidate: Type.Number({ minimum: 0 }), other: Type.Number({ minimum: 0 }) },
    { description: 'machine-hours that each of them has judged, by the time of readings' },
  ),
});
export type ModelsCompared = Static<typeof ModelsCompared>;

/** The latency under which a share of answers stayed: the bound of a bucket, or the maximum; null without answers. */
export function latencyAt({ buckets, maxMs }: ComparedLatency, share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  let counted = 0;
  for (const [i, count] of buckets.entries()) {
    counted += count;
    if (counted >= share * total) return Math.min(comparedLatencyMs[i] ?? maxMs, maxMs);
  }
  return maxMs;
}
