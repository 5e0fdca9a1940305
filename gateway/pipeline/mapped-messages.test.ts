/** Messages of a route with a mapping, through the pipeline. */
import { beforeEach, expect, it } from 'vitest';
import { shownReadings } from '../decode/typed/shown.ts';
import { build, linesOfBlock } from './pipeline-bench.testing.ts';

let parts: ReturnType<typeof build>;
beforeEach(() => {
  parts = build();
});
const lines = () =>
  parts.blocks.flatMap(linesOfBlock).map((line) => line.replace(/^.*machine=([^, ]+)\S* (.*) \d+$/, '$1 $2'));

it('are stored by their mapping: several machines, units, and what is not mapped is left', async () => {
  await parts.take(['mapped/x', '{"pumps":{"meter-1":{"t":"68 F","q":3},"meter-2":{"t":10}},"note":"n"}']);
  expect(lines()).toEqual(['meter-1 temperature=20', 'meter-2 temperature=10']);
});

it('of which one machine is wrong store the others, and keep that one as typed readings', async () => {
  await parts.take([
    'mapped/x',
    '{"pumps":{"meter-1":{"t":50},"meter-2":{"t":"9999 K"},"nobody 7":{"t":1}}}',
  ]);
  expect(lines()).toEqual(['meter-1 temperature=50']);
  expect(parts.letters.map(({ code, form, payload }) => [code, form, shownReadings(payload)])).toEqual([
    ['CONTRACT_RANGE', 'readings', 'plant/meter-2  without a time  temperature=9725.85'],
    ['MACHINE_UNKNOWN', 'readings', 'plant/nobody_7  without a time  temperature=1'],
  ]);
});

it('that say nothing but the topic are read by layouts', async () => {
  for (let i = 0; i < 3; i++) await parts.take(['plain/a/meter-1', `{"flow":${i},"temperature":${i}}`]);
  expect(lines()).toHaveLength(3);
  expect(parts.pipeline.isProbablyKnown({ topic: 'plain/a/meter-1' } as never)).toBe(true);
});
