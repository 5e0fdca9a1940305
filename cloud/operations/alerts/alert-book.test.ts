import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { predictionEvent } from '../../../shared/notifiers/prediction.testing.ts';
import { countedSteps } from '../../../test/growth/steps.ts';
import { transition } from '../../alerts/lifecycle.ts';
import { openStore } from '../database.ts';
import { nothingHeld } from '../operations.testing.ts';
import { AlertBook } from './alert-book.ts';

const opened = (i: number) => ({
  ...predictionEvent('opened', i, { predictionId: `p-${i}`, site: 'plant', machine: `m-${i}` }),
  id: `opened-${i}`,
});
const later = 300;

/** Steps of opening some alerts more, of new machines, where as many are open as there may be. */
async function stepsBeyond(openMax: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'harbinger-alerts-'));
  const store = openStore(folder, () => {});
  const rules = { ...nothingHeld, transition, recipients: () => ['mail'], groupOf: () => undefined };
  const book = new AlertBook(store, { rules, openMax, resolvedMax: 10, nowMs: () => 0 });
  await store.transaction(() => {
    for (let i = 0; i < openMax; i++) book.apply('north', opened(i));
  });
  // It has done its work when it returns its promise, within the transaction.
  const { counted } = await store.transaction(() => ({
    counted: countedSteps(() => {
      for (let i = openMax; i < openMax + later; i++) {
        book.apply('north', opened(i));
        book.openOn('north', { site: 'plant', machine: `m-${i}` });
      }
    }),
  }));
  const steps = await counted;
  expect(book.all('open').length).toBeGreaterThan(openMax * 0.98);
  expect(book.all('open').length).toBeLessThanOrEqual(openMax);
  await store.close();
  rmSync(folder, { recursive: true });
  return steps;
}

it('the work for an event does not grow with the number of alerts that are open', async () => {
  const [few, many] = [await stepsBeyond(500), await stepsBeyond(4_000)];
  expect(many / few).toBeLessThan(2.5);
});
