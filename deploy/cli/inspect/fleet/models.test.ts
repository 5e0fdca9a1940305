/** Version that a rollback brings back, and comparisons in words. */
import { expect, it } from 'vitest';
import { comparisonOf } from '../../../../cloud/api/models/compare.ts';
import { comparisonText } from './comparison-text.ts';
import { beforeOf } from './models.ts';

const documentOf = (differs: string | null) => ({
  body: { role: 'active', machineType: 'pump', model: 'pump-rul@2.2.0', before: 'pump-rul@2.1.0' },
  gateways: [{ gateway: 'gw-1', version: 1, state: 'in-force', atMs: 0, differs }],
});

it('a promotion remembers the version that it replaces, and none that gateways have taken back', () => {
  expect(beforeOf('pump-rul@2.3.0', undefined)).toBeUndefined();
  expect(beforeOf('pump-rul@2.3.0', documentOf(null))).toBe('pump-rul@2.2.0');
  expect(beforeOf('pump-rul@2.2.0', documentOf(null))).toBe('pump-rul@2.1.0');
  const takenBack = documentOf('it is refused: it was rolled back: half of its answers failed');
  expect(beforeOf('pump-rul@2.3.0', takenBack)).toBe('pump-rul@2.1.0');
});

it('a comparison says which warnings were in vain', () => {
  const latency = { sumMs: 0, maxMs: 0, buckets: [] };
  const figures = {
    ...{ machineType: 'pump', role: 'shadow', candidate: 'pump-rul@2.1.0', against: 'pump-rul@2.0.0' },
    ...{ document: '', since: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z', machines: 1, readings: 9 },
    ...{ agreed: 9, bothWarn: 0, onlyCandidateWarns: 0, onlyOtherWarns: 0, difference: null, dropped: 0 },
    ...{ alerts: { both: 1, raised: 2, spared: 3 }, vain: { raised: 1, spared: 3 }, failures: {} },
    failed: { count: 0, both: 0, onlyCandidate: 0, onlyOther: 0 },
    ...{ latency: { candidate: latency, other: latency }, hours: { candidate: 24, other: 24 } },
  };
  const text = comparisonText(comparisonOf({ figures, gateways: ['g'], spans: [] }, []));
  expect(text).toMatch(/ended without a failure: of the candidate alone 1, of the other alone 3/);
});
