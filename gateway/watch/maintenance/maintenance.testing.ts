/** A maintenance book on disk, with the cloud that it tells. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { MaintenanceBook } from './maintenance.ts';

export const hourMs = 3_600_000;
export const who = { by: 'maria', address: '10.0.0.9', note: 'new bearing' };
export const fan = { site: 's', machine: 'fan' };
export let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'harbinger-maintenance-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

export function newBook(clock = manualClock()) {
  const book = new MaintenanceBook({
    gateway: 'gw',
    path: join(folder, 'maintenance.json'),
    clock,
    log: silentLog,
  });
  const events: HarbingerEvent[] = [];
  const cloud = { isDown: false };
  book.connect(() => {}, {
    estimates: () => {},
    async event(event) {
      if (cloud.isDown) throw new Error('the journal is full');
      events.push(event);
    },
  });
  return { book, clock, events, cloud };
}
