import { describe, expect, it } from 'vitest';
import { machine } from '../../plant.testing.ts';
import { type FleetFilter, fleetModel, mayReorder, rowModel } from './fleet-model.ts';

const everything: FleetFilter = { state: null, search: '' };
const life = (p90: number, unit = 'cycles') => ({ p10: p90 / 3, p50: p90 / 2, p90, unit });
const plant = [
  machine({ machine: 'pump-3', state: 'critical', remainingLife: life(31) }),
  machine({ machine: 'pump-1', remainingLife: life(240) }),
  machine({ machine: 'press-1', machineType: 'press', site: 'york', remainingLife: life(7, 'h') }),
  machine({ machine: 'fan-1', machineType: 'fan', gateway: 'gw-2', state: 'unknown', remainingLife: null }),
];
const namesOf = (filter: FleetFilter) =>
  fleetModel(plant, filter, true).rows.map((row) => row.machine.machine);

describe('the fleet', () => {
  it('counts every state, whatever the filter hides, and marks the chosen one', () => {
    const { tiles } = fleetModel(plant, { state: 'critical', search: 'nothing like it' }, true);
    expect(tiles.map(({ state, count }) => `${state} ${count}`)).toEqual([
      'failed 0',
      'critical 1',
      'warning 0',
      'silent 0',
      'unknown 1',
      'ok 2',
      'learning 0',
      'maintenance 0',
      'stopped 0',
    ]);
    const shown = tiles.filter(({ hidden }) => !hidden).map(({ state }) => state);
    expect(shown).toEqual(['failed', 'critical', 'warning', 'unknown', 'ok']);
    expect(tiles.filter(({ pressed }) => pressed).map(({ state }) => state)).toEqual(['critical']);
  });

  it('shows the machines that match all words of the search, in the order given', () => {
    expect(namesOf(everything)).toEqual(['pump-3', 'pump-1', 'press-1', 'fan-1']);
    expect(namesOf({ state: null, search: 'PUMP leeds ' })).toEqual(['pump-3', 'pump-1']);
    expect(namesOf({ state: null, search: 'york' })).toEqual(['press-1']);
    expect(namesOf({ state: null, search: 'gw-2' })).toEqual(['fan-1']);
    expect(namesOf({ state: 'ok', search: 'pump' })).toEqual(['pump-1']);
  });

  it('says how many machines the filter leaves, and nothing while it leaves all', () => {
    expect(fleetModel(plant, everything, true).countText).toBe('');
    expect(fleetModel(plant, { state: 'ok', search: '' }, true).countText).toBe('2 of 4 machines');
  });

  it('draws lives of one unit on one scale that ends at a round number', () => {
    const { rows } = fleetModel(plant, everything, true);
    expect(rows.map(({ lifeScaleMax }) => lifeScaleMax)).toEqual([250, 250, 10, 1]);
  });

  it('keeps the scale while machines are hidden', () => {
    const { rows } = fleetModel(plant, { state: 'critical', search: '' }, true);
    expect(rows.map(({ lifeScaleMax }) => lifeScaleMax)).toEqual([250]);
  });

  it('tells waiting, an empty plant and a filter without a match apart', () => {
    expect(fleetModel([], everything, false).placeholder).toBe('loading');
    expect(fleetModel([], everything, true).placeholder).toBe('no-machines');
    expect(fleetModel(plant, { state: null, search: 'x' }, true).placeholder).toBe('no-match');
    expect(fleetModel(plant, everything, true).placeholder).toBeNull();
  });
});

describe('the order of the rows', () => {
  it('stays while somebody is about to click', () => {
    expect(mayReorder(['a', 'b'], ['b', 'a'], 3_000)).toBe(false);
    expect(mayReorder(['a', 'b'], ['b', 'a'], 4_001)).toBe(true);
  });

  it('changes at once where a row comes, goes, or is replaced by another', () => {
    expect(mayReorder(['a', 'b'], ['b', 'a', 'c'], 0)).toBe(true);
    expect(mayReorder(['a', 'b'], ['a'], 0)).toBe(true);
    expect(mayReorder(['a', 'b'], ['a', 'c'], 0)).toBe(true);
  });
});

describe('a row', () => {
  it('names location, judge and age', () => {
    const nowMs = 1_000_000;
    const pump = machine({
      lastSeenMs: nowMs - 42_000,
      state: 'warning',
      stateReason: 'Vibration has risen.',
    });
    expect(rowModel(pump, nowMs)).toEqual({
      location: 'leeds · Pump',
      reason: 'Vibration has risen.',
      source: 'Model',
      seen: '42 s ago',
      isQuiet: false,
    });
  });

  it('marks a machine that nobody has judged, that rules judged, or that is silent', () => {
    const nowMs = 1_000_000;
    expect(rowModel(machine({ source: null }), nowMs)).toMatchObject({ source: '–' });
    expect(rowModel(machine({ source: 'rules' }), nowMs)).toMatchObject({
      source: 'Rules',
    });
    expect(rowModel(machine({ source: 'self-learned' }), nowMs).source).toBe('Self-learned');
    expect(rowModel(machine({ lastSeenMs: nowMs - 300_001 }), nowMs).isQuiet).toBe(true);
    expect(rowModel(machine({ lastSeenMs: nowMs - 300_000 }), nowMs).isQuiet).toBe(false);
  });
});
