import type { EventType, HarbingerEvent, Prediction } from '../contract/events.ts';
import type { Notification } from './notifier.ts';

export const prediction: Prediction = {
  site: 'leeds',
  machine: 'pump-1',
  machineType: 'pump',
  source: 'model',
  model: { name: 'pump-cnn', version: '1.2.0' },
  remainingLife: { p10: 12.3456, p50: 20, p90: 31, unit: 'cycles' },
  health: 0.31,
  anomaly: 0.8,
  confidence: 0.9,
  contributions: [
    { sensor: 'vibration', share: 0.7, value: 7.1234 },
    { sensor: 'temperature', share: 0.3, value: null },
  ],
  predictionId: 'p-1',
  failureMode: 'bearing-wear',
  severity: 'warning',
  reasons: ['Vibration has doubled within 40 cycles.'],
  decisionId: 'd-1',
};

type Kind = 'opened' | 'updated' | 'resolved';

export function predictionEvent(
  kind: Kind | 'now',
  minute: number,
  data: Partial<Prediction> = {},
): HarbingerEvent {
  return event(`io.harbinger.prediction.${kind}.v1`, minute, { ...prediction, ...data });
}

export function lifecycleEvent(
  kind: 'failed' | 'replaced',
  minute: number,
  machine = 'pump-1',
): HarbingerEvent {
  return event(`io.harbinger.machine.${kind}.v1`, minute, { site: 'leeds', machine, machineType: 'pump' });
}

function event(type: EventType, minute: number, data: HarbingerEvent['data']): HarbingerEvent {
  return {
    specversion: '1.0',
    id: `${type.split('.').slice(2, 4).join('-')}-${minute}`,
    source: '/gateways/north',
    type,
    subject: 'leeds/pump-1',
    time: `2026-03-01T10:${String(minute).padStart(2, '0')}:00Z`,
    datacontenttype: 'application/json',
    data,
  };
}

export function notificationOf(event: HarbingerEvent, change: Kind = 'opened'): Notification {
  return {
    key: `p-1/${change}/${event.id}/test`,
    notifier: 'test',
    change,
    event,
    attempts: 0,
    nextAttemptMs: 0,
    lastError: null,
  };
}
