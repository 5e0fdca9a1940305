import type { Outcome } from '../../ports/outcomes/outcomes.ts';

const said = { at: '2026-11-30T12:00:00.000Z', isInferred: false, by: 'maria', cause: 'seal', note: '' };
const pump = { gateway: 'gw-1', site: 'leeds', machine: 'pump-1', machineType: 'pump' };
const model = { policy: 'model', name: 'pump-rul', version: '2.0.0' } as const;

/** A warning that was confirmed, and a failure that nobody was warned of. */
export const outcomes: Outcome[] = [
  {
    ...{ kind: 'warning', id: 'alert-1', ...pump, verdict: 'confirmed', isInferred: false, mode: 'active' },
    ...{ raisedBy: model, failureMode: 'bearing-wear', severity: 'critical', confidence: 0.9 },
    ...{ openedAt: '2026-11-30T10:00:00Z', endedAt: '2026-11-30T11:00:00Z', ending: 'failed' },
    failedAt: '2026-11-30T11:00:00.000Z',
    history: [{ verdict: 'confirmed', requestId: 'a', ...said }],
  },
  {
    ...{ kind: 'failure', id: 'failure-1', ...pump, verdict: 'missed', isInferred: false, judgedBy: model },
    ...{ failedAt: '2026-11-29T11:00:00.000Z', usedSinceMs: 1, warnings: [] },
    history: [{ verdict: 'missed', ...said }],
  },
];
