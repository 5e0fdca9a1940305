import { describe, expect, it } from 'vitest';
import { unsureText } from '../contract/alerts/alert-kinds.ts';
import type { Prediction } from '../contract/events.ts';
import { type LiveMachine, liveAlert } from './live-alert.ts';

const nowMs = Date.parse('2026-03-10T09:00:00Z');
const at = { nowMs, zone: 'Europe/Berlin' };
const min = 60_000;
const life = (p50: number) => ({ p10: p50 / 2, p50, p90: 2 * p50, unit: 'cycles' });
const text = (ms: number) => new Date(ms).toISOString();

const prediction: Prediction = {
  site: 'hall',
  machine: 'pump-1',
  machineType: 'pump',
  source: 'model',
  model: { name: 'pump', version: '1.0.0' },
  remainingLife: life(50),
  health: 0.4,
  anomaly: 0.6,
  confidence: 0.8,
  contributions: [{ sensor: 'vibration', share: 1, value: 5.1 }],
  predictionId: 'p-1',
  failureMode: 'wear-out',
  severity: 'warning',
  reasons: ['Remaining life 50 cycles'],
  decisionId: 'd-1',
};
const alert = (over: Partial<Prediction> = {}) => ({
  updatedAt: text(nowMs - 60 * min),
  asOf: text(nowMs - min),
  prediction: { ...prediction, ...over },
});
const machine = (over: Partial<LiveMachine> = {}): LiveMachine => ({
  lastSeenMs: nowMs,
  estimateMs: nowMs,
  unknown: null,
  gatewaySilentSinceMs: null,
  health: 0.3,
  anomaly: 0.7,
  remainingLife: life(48),
  ...over,
});

describe('an open alert as it is now', () => {
  it('has the figures of the newest estimate, with their age', () => {
    expect(liveAlert(alert(), machine(), at)).toMatchObject({
      asOfMs: nowMs,
      unknown: null,
      prediction: { remainingLife: life(48), health: 0.3, reasons: prediction.reasons },
    });
    const older = liveAlert(alert(), machine({ estimateMs: nowMs - 2 * min }), at);
    expect(older).toMatchObject({ asOfMs: nowMs - min, prediction: { remainingLife: life(50) } });
    const gone = liveAlert(alert(), machine({ remainingLife: null }), at);
    expect(gone.prediction.remainingLife).toBeNull();
  });

  it('of a limit or a probe has no figures of estimates by rules', () => {
    for (const failureMode of ['limit', 'sensor-stuck', 'sensor-missing', 'silent']) {
      const measured = alert({ failureMode, source: 'rules', model: null, remainingLife: null });
      expect(liveAlert(measured, machine(), at).prediction.remainingLife).toBeNull();
    }
  });

  it('says since when it is unknown, and shows no number of before as one of now', () => {
    const unknown = { sinceMs: nowMs - 20 * min, reason: 'No reading of the last 20 min has come' };
    const found = liveAlert(alert(), machine({ unknown }), at);
    expect(found).toMatchObject({ unknown, prediction: { remainingLife: null } });
    expect(found.prediction.contributions).toEqual([{ sensor: 'vibration', share: 1, value: null }]);
    expect(found.prediction.reasons).toEqual([
      'Last known, at 10:00:00 CET: Remaining life 50 cycles',
      'Whether this still holds is unknown since 09:40 CET: No reading of the last 20 min has come',
    ]);
  });

  it('about what sensors send holds while that is heard, and others are unknown', () => {
    const unknown = { sinceMs: nowMs - 20 * min, reason: 'It sends only …', isHeard: true as const };
    const fault = alert({ failureMode: 'sensor-fault', remainingLife: null });
    expect(liveAlert(fault, machine({ unknown }), at).unknown).toBeNull();
    expect(liveAlert(alert(), machine({ unknown }), at).unknown).toEqual(unknown);
  });

  it('does not give as last known that nothing is known', () => {
    const unknown = { sinceMs: nowMs - 20 * min, reason: 'No reading of the last 20 min has come' };
    const reasons = ['vibration 6 mm/s', unsureText('09:40 UTC+1')];
    const found = liveAlert(alert({ reasons }), machine({ unknown }), at);
    expect(found.prediction.reasons).toEqual([
      'Last known, at 10:00:00 CET: vibration 6 mm/s',
      'Whether this still holds is unknown since 09:40 CET: No reading of the last 20 min has come',
    ]);
    const stuck = alert({ failureMode: 'sensor-stuck', reasons: [unsureText('09:40 UTC+1')] });
    expect(liveAlert(stuck, machine({ unknown }), at).prediction.reasons[0]).toBe(
      'Sensor stuck at one value',
    );
  });

  it('is unknown if readings come that nobody judges', () => {
    const old = { ...alert(), asOf: text(nowMs - 40 * min) };
    const { unknown } = liveAlert(old, machine({ estimateMs: nowMs - 35 * min }), at);
    expect(unknown?.sinceMs).toBe(nowMs - 35 * min);
    expect(liveAlert(old, machine({ estimateMs: nowMs - 20 * min }), at).unknown).toBeNull();
    expect(liveAlert(old, machine({ estimateMs: null }), at).unknown).toBeNull();
  });

  it('about silence is known for as long as its gateway is heard', () => {
    const silent = alert({ failureMode: 'silent', source: 'rules', model: null, remainingLife: null });
    const unknown = { sinceMs: nowMs - 20 * min, reason: 'because of silence' };
    expect(liveAlert(silent, machine({ unknown }), at).unknown).toBeNull();
    const lost = machine({ unknown, gatewaySilentSinceMs: nowMs - min });
    expect(liveAlert(silent, lost, at).unknown).toEqual(unknown);
  });

  it('of a machine of which nothing is known stays as it was sent last', () => {
    expect(liveAlert(alert(), undefined, at)).toEqual({
      asOfMs: nowMs - min,
      unknown: null,
      prediction: alert().prediction,
    });
  });
});
