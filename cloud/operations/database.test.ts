import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predictionEvent } from '../../shared/notifiers/prediction.testing.ts';
import { journal, TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

describe('a damaged database is refused with advice, and not opened', () => {
  const file = () => join(test.dataDir, 'operations', 'data.mdb');
  const damage = {
    'of zeros': () => writeFileSync(file(), Buffer.alloc(100_000)),
    'of something else': () => writeFileSync(file(), 'x'.repeat(100_000)),
    'of a few bytes': () => writeFileSync(file(), 'abc'),
    'cut in half': () => truncateSync(file(), readFileSync(file()).length >> 1),
    'without its first page': () => writeFileSync(file(), readFileSync(file()).fill(0, 0, 4096)),
    'without its pages': () => writeFileSync(file(), readFileSync(file()).fill(0, 3 * 4096)),
  };

  it.each(Object.entries(damage))('%s', async (_, harm) => {
    await test.apply([predictionEvent('opened', 1)]);
    await test.now.close();
    const whole = readFileSync(file());
    harm();
    expect(() => test.open()).toThrow(expect.objectContaining({ code: 'OPERATIONS_DAMAGED' }));
    writeFileSync(file(), whole);
    test.now = test.open();
    expect(test.now.alerts.all()).toHaveLength(1);
  });
});

describe('a changed byte, which lmdb does not detect,', () => {
  const file = () => join(test.dataDir, 'operations', 'data.mdb');

  /** Changes the text in every copy of the page. */
  async function change(before: string, after: string): Promise<void> {
    await test.now.close();
    const bytes = readFileSync(file());
    let at = bytes.indexOf(before);
    expect(at).toBeGreaterThan(0);
    for (; at >= 0; at = bytes.indexOf(before, at)) bytes.write(after, at);
    writeFileSync(file(), bytes);
    test.now = test.open();
  }

  it('does not raise a watermark: batches up to it would be acknowledged without being stored', async () => {
    await test.apply([], 1_234);
    await change('{"seq":1234,', '{"seq":9234,');
    expect(test.now.watermarks.get('north', journal, 'events')).toBe(0);
    await test.apply([], 1_235);
    await test.reopen();
    expect(test.now.watermarks.get('north', journal, 'events')).toBe(1_235);
  });

  it('in an event loses only that event', async () => {
    await test.apply([predictionEvent('opened', 1), predictionEvent('opened', 2, { predictionId: 'p-2' })]);
    await change(
      '"value":{"specversion":"1.0","id":"prediction-opened-1"',
      '"value":{"specversion":"1.0","id":"prediction-opened-1!',
    );
    expect(test.now.events.page({ limit: 10 }).items.map(({ id }) => id)).toEqual(['prediction-opened-2']);
    await test.apply([predictionEvent('opened', 3, { predictionId: 'p-3' })]);
    expect(test.now.events.page({ limit: 10 }).items).toHaveLength(2);
  });
});
