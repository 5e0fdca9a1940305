import { expect, it } from 'vitest';
import { windowDigest } from '../../../shared/contract/decisions/window-digest.ts';
import { alertBench } from './alert-bench.testing.ts';

it('a record says which readings were judged, where they are, and which model answered', async () => {
  const bench = await alertBench();
  const decision = await bench.started({ sampleMs: 1 });
  const place = { journal: 'aa11', from: 7, to: 10 };
  await bench.evaluate(decision, 500, 1, { place });
  await decision.stop();
  await bench.dispose();
  const { data } = bench.records()[0]!;
  const { window, timeMs } = bench.input();
  expect(data).toMatchObject({
    policy: { name: 'wear-net', version: '2.0.0' },
    window: {
      sha256: windowDigest(window),
      rows: 4,
      columns: 1,
      end: new Date(timeMs).toISOString(),
      journal: { id: 'aa11', from: 7, to: 10 },
    },
    answer: { shares: { vibration: 1 } },
  });
  expect(JSON.stringify(data).length).toBeLessThan(1_500);
});

it('a record of what had no window names none', async () => {
  const bench = await alertBench();
  const decision = await bench.started({ sampleMs: 1 });
  const silence = { isSilent: false, isOffline: false, lastHeardMs: 0, allowedMs: 1 };
  const none = { window: new Float32Array(0), rows: 0, isShort: true, silence };
  await bench.evaluate(decision, null, 1, none);
  await decision.stop();
  await bench.dispose();
  expect(bench.records()[0]!.data.window).toBeUndefined();
});
