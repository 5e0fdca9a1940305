import { describe, expect, it } from 'vitest';
import { StallDetector } from './stall-detector.ts';

/** Checks every 50 ms. Returns when and why it gave up, or null. */
function lookUntil(stallDetector: StallDetector, fromMs: number, toMs: number): [number, string] | null {
  for (let nowMs = fromMs; nowMs <= toMs; nowMs += 50) {
    const why = stallDetector.exhausted(nowMs);
    if (why) return [nowMs, why];
  }
  return null;
}

function patient(): StallDetector {
  const stallDetector = new StallDetector({ stallMsMax: 5_000, drainMsMax: 2_000 });
  stallDetector.begin(0);
  return stallDetector;
}

describe('StallDetector', () => {
  it('gives up when nothing has moved for too long', () => {
    const stallDetector = patient();
    expect(lookUntil(stallDetector, 0, 4_000)).toBeNull();
    stallDetector.moved(4_000);
    expect(lookUntil(stallDetector, 4_000, 20_000)).toEqual([9_050, 'stalled']);
  });

  it('waits at the end only for the last acknowledgements', () => {
    const stallDetector = patient();
    stallDetector.drain(0);
    stallDetector.moved(1_000);
    expect(lookUntil(stallDetector, 0, 20_000)).toEqual([2_050, 'drain-timeout']);
  });

  it('does not count time in which the process did not run', () => {
    const stallDetector = patient();
    expect(lookUntil(stallDetector, 0, 4_000)).toBeNull();
    expect(lookUntil(stallDetector, 64_000, 100_000)).toEqual([64_050, 'stalled']);
    const draining = patient();
    draining.drain(0);
    expect(lookUntil(draining, 60_000, 100_000)).toEqual([61_050, 'drain-timeout']);
  });
});
