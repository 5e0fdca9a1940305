/** Realistic machines, alerts and readings for tests of the API and the page. */
import type { Prediction } from '../../shared/contract/events.ts';
import type { MachineAlert } from '../ports/alerts.ts';
import type { StoredDecision } from '../ports/history.ts';
import type { MachineState } from '../ports/machines.ts';
import type { SeriesPoint, SeriesQuery } from '../ports/store.ts';

export function machineOf(over: Partial<MachineState> = {}): MachineState {
  return {
    gateway: 'gw-1',
    site: 'leeds',
    machine: 'pump-1',
    machineType: 'pump',
    lastSeenMs: 1_750_000_000_000,
    health: 0.9,
    anomaly: 0.1,
    remainingLife: { p10: 150, p50: 190, p90: 240, unit: 'cycles' },
    source: 'model',
    condition: 'running',
    openAlerts: 0,
    ...over,
  };
}

export function alertOf(
  over: Partial<Omit<MachineAlert, 'prediction'>> & { prediction?: Partial<Prediction> },
): MachineAlert {
  const at = new Date(1_750_000_000_000).toISOString();
  const alertId = over.alertId ?? 'alert-1';
  const { prediction, ...rest } = over;
  return {
    alertId,
    gateway: 'gw-1',
    state: 'open',
    openedAt: at,
    updatedAt: at,
    resolvedAt: null,
    ...rest,
    prediction: {
      predictionId: alertId,
      site: 'leeds',
      machine: 'pump-1',
      machineType: 'pump',
      source: 'model',
      model: { name: 'pump-life', version: '1.2.0' },
      remainingLife: { p10: 9, p50: 18, p90: 31, unit: 'cycles' },
      health: 0.24,
      anomaly: 0.71,
      confidence: 0.86,
      contributions: [
        { sensor: 'vibration_rms', share: 0.62, value: 7.41 },
        { sensor: 'bearing_temperature', share: 0.27, value: 81.3 },
        { sensor: 'current', share: 0.11, value: null },
      ],
      failureMode: 'bearing-wear',
      severity: 'critical',
      reasons: [
        'Remaining life is about 18 cycles (9 to 31).',
        'Vibration has risen steadily over the last 40 readings.',
      ],
      decisionId: `decision-${alertId}`,
      ...prediction,
    },
  };
}

export function decisionOf(over: Partial<StoredDecision> = {}): StoredDecision {
  return {
    decisionId: 'decision-alert-1',
    decision: 'alert',
    subject: 'leeds/pump-1',
    inputs: { remainingLifeP50: 18, confidence: 0.86, inARow: 3 },
    answer: { change: 'open', severity: 'critical' },
    reasons: ['Remaining life at or below 30 cycles, three estimates in a row.'],
    confidence: 0.86,
    policy: { name: 'model-alert', version: '1.2.0' },
    mode: 'active',
    latencyMs: 2.4,
    gateway: 'gw-1',
    at: new Date(1_750_000_000_000).toISOString(),
    ...over,
  };
}

const sensors: Record<string, (wear: number, wave: number) => number> = {
  vibration_rms: (wear, wave) => 2.1 + 5 * wear ** 2 + 0.3 * wave,
  bearing_temperature: (wear, wave) => 58 + 24 * wear + 2 * wave,
  current: (_wear, wave) => 11.2 + 0.6 * wave,
  pressure: (wear, wave) => 4.1 - 0.8 * wear + 0.1 * wave,
  flow: (wear, wave) => 120 - 22 * wear + 3 * wave,
  speed: (_wear, wave) => 1_480 + 6 * wave,
};

const estimates: typeof sensors = {
  health: (wear) => Math.max(0, 1 - wear),
  anomaly: (wear, wave) => Math.min(1, Math.max(0, wear ** 3 + 0.05 * wave)),
  rul_p10: (wear) => Math.max(0, 150 * (1 - wear) - 12),
  rul_p50: (wear) => Math.max(0, 190 * (1 - wear)),
  rul_p90: (wear) => Math.max(0, 240 * (1 - wear) + 10),
};

/** Readings of a machine that wears out over the hour before `untilMs`, with repeatable noise. */
export function wearingSeries(query: SeriesQuery, untilMs: number): SeriesPoint[] {
  const shapes = query.measurement === 'estimate' ? estimates : sensors;
  const names = (query.fields ?? Object.keys(shapes)).filter((name) => name in shapes);
  const count = Math.min(query.pointsMax, 240);
  const points: SeriesPoint[] = [];
  for (let i = 0; i < count; i++) {
    const timeMs = query.fromMs + ((query.toMs - query.fromMs) * i) / count;
    if (timeMs > untilMs || timeMs < untilMs - 3_600_000) continue;
    const wear = 1 - (untilMs - timeMs) / 3_600_000;
    const wave = Math.sin(i * 0.9) + Math.sin(i * 2.3) * 0.6;
    points.push({
      timeMs,
      values: Object.fromEntries(names.map((name) => [name, shapes[name]!(wear, wave)])),
    });
  }
  return points;
}

export const figures = {
  ...{ version: '1.0.0', startedMs: 1, backlog: { blocks: 1, share: 0.5 }, disk: null, atMs: 2 },
  ...{ aheadOfCloudMs: null, deadLetters: 0, refusedBatches: 0, certificateExpiresMs: null },
  models: ['pump-rul@2.0.0'],
};
