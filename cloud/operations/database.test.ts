import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { predictionEvent } from '../alerts/prediction.testing.ts';
import { TestOperations } from './operations.testing.ts';

let test: TestOperations;
beforeEach(() => {
  test = new TestOperations();
});
afterEach(() => test.remove());

describe('a damaged database is refused with what to do, not opened', () => {
  const file = () => join(test.dataDir, 'operations', 'data.mdb');
  const damage = {
    'of zeros': () => writeFileSync(file(), Buffer.alloc(100_000)),
    'of something else': () => writeFileSync(file(), 'x'.repeat(100_000)),
    'of a few bytes': () => writeFileSync(file(), 'abc'),
    'cut in half': () => truncateSync(file(), readFileSync(file()).length >> 1),
    'without its first page': () => writeFileSync(file(), readFileSync(file()).fill(0, 0, 4096)),
  };

  it.each(Object.entries(damage))('%s', async (_, harm) => {
    await test.apply([predictionEvent('opened', 1)]);
    await test.now.close();
    const whole = readFileSync(file());
    harm();
    expect(() => test.open()).toThrow(expect.objectContaining({ code: 'OPERATIONS_DAMAGED' }));
    writeFileSync(file(), whole);
    test.now = test.open();
    expect(test.now.alerts()).toHaveLength(1);
  });
});
