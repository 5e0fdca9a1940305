import { describe, expect, it, vi } from 'vitest';
import { State } from './state.ts';
import type { Alert, Machine } from './wire.ts';

function machine(over: Partial<Machine>): Machine {
  return {
    gateway: 'gw-1',
    site: 'leeds',
    machine: 'pump-1',
    machineType: 'pump',
    lastSeenMs: 1,
    health: 0.9,
    anomaly: 0,
    remainingLife: { p10: 10, p50: 20, p90: 30, unit: 'cycles' },
    source: 'model',
    condition: 'running',
    openAlerts: 0,
    state: 'ok',
    stateReason: 'Judged by its model',
    since: null,
    estimateMs: null,
    unknown: null,
    behaviour: null,
    mode: null,
    gatewaySilentSinceMs: null,
    maintenance: null,
    remainingLifeS: null,
    reason: null,
    ...over,
  };
}

describe('state', () => {
  it('applies changes and keeps the most urgent machine first', () => {
    const state = new State();
    const listener = vi.fn();
    state.subscribe(listener);
    state.snapshot({
      atMs: 1,
      machines: [
        machine({ machine: 'b' }),
        machine({ machine: 'a' }),
        machine({ machine: 'new', health: null, remainingLife: null, state: 'unknown' }),
        machine({ machine: 'unknown-life', remainingLife: null }),
      ],
      alerts: [],
    });
    const names = () => state.machinesByState().map((each) => each.machine);
    expect(names()).toEqual(['new', 'a', 'b', 'unknown-life']);
    const revision = state.alertRevision;
    const alert = { alertId: '1', state: 'open' } as Alert;
    state.change({ atMs: 2, machines: [machine({ machine: 'b', state: 'critical' })], alerts: [alert] });
    expect(names()).toEqual(['b', 'new', 'a', 'unknown-life']);
    expect(state.openAlerts()).toEqual([alert]);
    expect(state.alertRevision).toBeGreaterThan(revision);
    expect(listener).toHaveBeenCalledTimes(2);
  });

  it('tells a change of an alert from what it is now', () => {
    const state = new State();
    const alert = { alertId: '1', state: 'open', updatedAt: 'a' } as Alert;
    state.change({ atMs: 1, machines: [], alerts: [alert] });
    const { alertRevision, alertContentRevision } = state;
    state.change({ atMs: 2, machines: [], alerts: [{ ...alert, asOf: 'b' }] });
    expect([state.alertRevision, state.alertContentRevision]).toEqual([
      alertRevision,
      alertContentRevision + 1,
    ]);
    state.change({ atMs: 3, machines: [], alerts: [{ ...alert, updatedAt: 'c' }] });
    expect(state.alertRevision).toBe(alertRevision + 1);
  });

  it('drops machines that a new snapshot does not contain', () => {
    const state = new State();
    state.snapshot({ atMs: 1, machines: [machine({})], alerts: [] });
    state.snapshot({ atMs: 2, machines: [], alerts: [] });
    expect(state.machines.size).toBe(0);
  });

  it('follows the server’s clock', () => {
    const state = new State();
    state.heard(5_000_000);
    expect(Math.abs(state.nowMs() - 5_000_000)).toBeLessThan(60_000);
    expect(state.connection).toBe('live');
  });
});
