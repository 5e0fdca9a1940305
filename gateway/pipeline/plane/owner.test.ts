import { expect, it } from 'vitest';
import { silentLog } from '../../../shared/runtime/log.ts';
import type { JournalSet } from '../../journal/journal-set.ts';
import { JournalBench } from '../../journal/support.testing.ts';
import { textBlock } from '../../lanes/blocks.ts';
import { takeOwner } from './owner.ts';

const readings = (gateway: string) =>
  textBlock(`pump,gateway=${gateway},machine=p1,site=plant x=1 1790000000000000000\n`.repeat(20), 20);
const events = (gateway: string) =>
  textBlock(`${JSON.stringify({ id: 'e1', source: `/gateways/${gateway}` })}\n`, 1);

function take(journals: JournalSet, gateway: string, refused = 0): Promise<void> {
  for (const lane of ['events', 'estimates', 'readings']) journals.lane(lane).cursor('uplink');
  return takeOwner(gateway, { journals, refused, log: silentLog });
}

/** Returns what the uplink would send. */
async function waiting(bench: JournalBench): Promise<number> {
  return (await bench.readings.read(bench.readings.cursor('uplink').seq, 1 << 20)).length;
}

it('refuses a new name while blocks or refused batches wait, and takes it when none does', async () => {
  const bench = new JournalBench();
  await take(await bench.open(), 'old');
  await bench.readings.append(readings('old'));
  await bench.reopen();
  await expect(take(bench.set, 'new')).rejects.toMatchObject({
    code: 'GATEWAY_RENAMED',
    stage: 'config',
    message: expect.stringMatching(/'old', and 1 blocks .* "old"/),
  });
  await bench.reopen();
  await take(bench.set, 'old');
  bench.readings.cursor('uplink').advance(1);
  await bench.reopen();
  await expect(take(bench.set, 'new', 2)).rejects.toThrow(/'old', and 2 refused batches/);
  await take(bench.set, 'new');
  expect(bench.set.owner?.name).toBe('new');
  await bench.readings.append(readings('new'));
  await bench.reopen();
  await take(bench.set, 'new');
  expect(await waiting(bench)).toBe(1);
});

it('sends nothing of the old name again, also when the cursors are lost after the rename', async () => {
  const bench = new JournalBench();
  await take(await bench.open(), 'old');
  for (let i = 0; i < 3; i++) await bench.readings.append(readings('old'));
  bench.readings.cursor('uplink').advance(3);
  await take(bench.set, 'new');
  await bench.readings.append(readings('new'));
  await bench.set.stop();
  const disk = bench.disk.mount();
  await disk.remove('/journal/cursors.json');
  await bench.open();
  await take(bench.set, 'new');
  expect(await waiting(bench)).toBe(1);
});

it.each([
  ['readings', readings('old')],
  ['events', events('old')],
] as const)('learns the name of an earlier version from its %s', async (lane, block) => {
  const bench = new JournalBench();
  await (await bench.open()).lane(lane).append(block);
  await bench.reopen();
  expect(bench.set.owner).toBeNull();
  await expect(take(bench.set, 'new')).rejects.toMatchObject({ code: 'GATEWAY_RENAMED' });
  await take(bench.set, 'old');
  expect(bench.set.owner).toEqual({ name: 'old', since: {} });
});

it('learns it also from what was delivered, so that this is not sent again under the new name', async () => {
  const bench = new JournalBench();
  await (await bench.open()).lane('readings').append(readings('old'));
  bench.readings.cursor('uplink').advance(1);
  await bench.reopen();
  await take(bench.set, 'new');
  expect(bench.set.owner).toMatchObject({ name: 'new', since: { readings: 1 } });
});
