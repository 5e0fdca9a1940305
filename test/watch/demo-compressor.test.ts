import { expect, it } from 'vitest';
import { compressorReading } from '../../deploy/demo/compressor.ts';
import { Baseline } from '../../gateway/watch/baselines/baseline.ts';
import { baselineOptions } from '../../gateway/watch/baselines/baseline-options.ts';
import { loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { seededRandom } from '../../shared/runtime/random.ts';

const rateHz = 8;

it('the compressor of the demonstration, of which nobody has said anything, is told each time that its cooler fouls', () => {
  const baseline = new Baseline(4, baselineOptions(loadMachineTypes().get('generic')!));
  const random = seededRandom(7);
  const changes: [string, number][] = [];
  let isOpen = false;
  for (let row = 0; row < 40 * 60 * rateHz; row++) {
    const seconds = row / rateHz;
    baseline.take(Float32Array.from(Object.values(compressorReading(seconds, random))), 1_000 * seconds);
    const { score } = baseline.score();
    if (isOpen ? score <= 0.4 : score >= 0.65) {
      isOpen = !isOpen;
      changes.push([isOpen ? 'opened' : 'ended', seconds]);
    }
  }
  expect(changes.slice(0, 5).map(([what]) => what)).toEqual(['opened', 'ended', 'opened', 'ended', 'opened']);
  const [[, first], , [, second]] = changes as [[string, number], unknown, [string, number]];
  expect(first).toBeLessThan(170);
  expect(second - first).toBeGreaterThan(900);
});
