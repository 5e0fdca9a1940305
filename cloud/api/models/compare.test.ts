/** Comparison of two versions with what warnings turned out to be. */
import { describe, expect, it } from 'vitest';
import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { outcomes } from '../outcomes/outcomes.testing.ts';
import { comparisonOf } from './compare.ts';
import { mergedTrials } from './merge.ts';

const latency = { sumMs: 0, maxMs: 0, buckets: [] };
const figuresOf = (some: Partial<ModelsCompared> = {}): ModelsCompared => ({
  ...{ machineType: 'pump', role: 'shadow', candidate: 'pump-rul@2.1.0', against: 'pump-rul@2.0.0' },
  ...{ document: 'models/shadow:pump 1', since: '2026-11-29T00:00:00.000Z', to: '2026-11-30T12:00:00.000Z' },
  ...{ machines: 1, readings: 100, agreed: 100, bothWarn: 0, onlyCandidateWarns: 0, onlyOtherWarns: 0 },
  ...{ alerts: { both: 0, raised: 0, spared: 0 }, difference: null, failures: {}, dropped: 0 },
  failed: { count: 0, both: 0, onlyCandidate: 0, onlyOther: 0 },
  ...{ latency: { candidate: latency, other: latency }, hours: { candidate: 730.5, other: 730.5 } },
  ...some,
});
const compared = (...rows: { gateway: string; figures: ModelsCompared }[]) =>
  comparisonOf(mergedTrials(rows as Parameters<typeof mergedTrials>[0])[0]!, outcomes);

describe('a version', () => {
  it('is not said to be right where it only runs beside', () => {
    const shadow = compared({ gateway: 'gw-1', figures: figuresOf() });
    expect(shadow).toMatchObject({ candidate: { wrong: null }, against: { wrong: { count: 1 } } });
    const guard = compared({ gateway: 'gw-1', figures: figuresOf({ role: 'guard' }) });
    expect(guard).toMatchObject({ candidate: { wrong: { count: 0 } }, against: { wrong: null } });
  });

  it('has only the outcomes of the gateways and the time of its trial', () => {
    const elsewhere = compared({ gateway: 'gw-2', figures: figuresOf() });
    expect(elsewhere.against.outcomes).toBeNull();
    const before = compared({ gateway: 'gw-1', figures: figuresOf({ to: '2026-11-29T10:00:00.000Z' }) });
    expect(before.against.outcomes).toBeNull();
    const both = compared(
      { gateway: 'gw-1', figures: figuresOf({ to: '2026-11-29T12:00:00.000Z' }) },
      { gateway: 'gw-2', figures: figuresOf() },
    );
    expect(both.against.outcomes).toMatchObject({ warnings: { total: 0 } });
    expect(both.against.wrong).toMatchObject({ count: 1 });
  });
});
