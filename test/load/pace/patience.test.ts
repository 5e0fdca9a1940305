import { describe, expect, it } from 'vitest';
import { Patience } from './patience.ts';

/** Checks every 50 ms. Returns when and why it gave up, or null. */
function lookUntil(patience: Patience, fromMs: number, toMs: number): [number, string] | null {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 50) {
    const why = patience.exhausted(nowMs);
    if (why) return [nowMs, why];
  }
  return null;
}

function patient(): Patience {
  const patience = new Patience({ stallMsMax: 5_000, drainMsMax: 2_000 });
  patience.begin(0);
  return patience;
}

describe('Patience', () => {
  it('gives up when nothing has moved for too long', () => {
    const patience = patient();
    expect(lookUntil(patience, 0, 4_000)).toBeNull();
    patience.moved(4_000);
    expect(lookUntil(patience, 4_000, 20_000)).toEqual([9_050, 'stalled']);
  });

  it('waits at the end only for the last acknowledgements', () => {
    const patience = patient();
    patience.drain(0);
    patience.moved(1_000);
    expect(lookUntil(patience, 0, 20_000)).toEqual([2_050, 'drain-timeout']);
  });

  it('does not count time in which the process did not run', () => {
    const patience = patient();
    expect(lookUntil(patience, 0, 4_000)).toBeNull();
    expect(lookUntil(patience, 64_000, 100_000)).toEqual([64_050, 'stalled']);
    const draining = patient();
    draining.drain(0);
    expect(lookUntil(draining, 60_000, 100_000)).toEqual([61_050, 'drain-timeout']);
  });
});
