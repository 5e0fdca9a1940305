import { MaintenanceBook } from '../../../../gateway/watch/maintenance/maintenance.ts';
import { MachineLimitBook } from '../../../../gateway/watch/own-limits/own-limits.ts';
import { silentLog } from '../../../../shared/runtime/log.ts';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import type { NewScene } from './scene.ts';

const hourMs = 3_600_000;
const pump = { site: 'hall', machine: 'pump-1' };
const maria = { by: 'maria', address: '::1' };
const jo = { by: 'jo', address: '::1' };
const about = { gateway: 'gw', log: silentLog };

/** Limits of single machines. */
export const limitsScene: NewScene = async (disk) => {
  const book = new MachineLimitBook({ ...about, clock: manualClock() });
  book.connect({ relimit: () => true, typeOf: () => null }, { estimates: () => {}, event: disk });
  await book.set({ ...pump, sensor: 'heat' }, { warn: 70 }, maria);
  return {
    requests: {
      'maria sets': () => book.set({ ...pump, sensor: 'heat' }, { warn: 60, alarm: 80 }, maria),
      'jo sets': () => book.set({ ...pump, sensor: 'heat' }, { warn: 65 }, jo),
      'jo sets another': () => book.set({ ...pump, sensor: 'flow' }, { warn: 5 }, jo),
      'maria sets what is none': () => book.set({ ...pump, sensor: 'heat' }, { warn: 9, alarm: 9 }, maria),
      'maria clears one': () => book.clear({ ...pump, sensor: 'heat' }, maria),
      'jo clears all': () => book.clear(pump, jo),
    },
    state: () => [sorted(book.list()), book.changes(100)],
  };
};

/** Maintenance windows. */
export const maintenanceScene: NewScene = async (disk) => {
  const clock = manualClock();
  let ids = 0;
  const book = new MaintenanceBook({ ...about, clock, newId: () => `w${++ids}` });
  book.connect(() => {}, { estimates: () => {}, event: disk });
  const nowMs = clock.nowMs();
  await book.set({ ...pump, id: 'belt', toMs: nowMs + hourMs }, maria);
  return {
    requests: {
      'maria makes it longer': () => book.set({ id: 'belt', toMs: nowMs + 3 * hourMs }, maria),
      'jo makes it shorter': () => book.set({ id: 'belt', toMs: nowMs + hourMs / 2 }, jo),
      'jo begins one': () => book.set({ ...pump, id: 'oil', toMs: nowMs + hourMs }, jo),
      'maria plans one': () => book.set({ site: 'hall', fromMs: nowMs + hourMs }, maria),
      'jo ends it': () => book.end({ id: 'belt' }, jo),
      'maria ends what is on': () => book.end(pump, maria),
      'maria wants what ends before it begins': () =>
        book.set({ ...pump, fromMs: nowMs + hourMs, toMs: nowMs }, maria),
    },
    state: () => [sorted(book.list(true)), book.stats()],
  };
};

const sorted = (all: readonly object[]) => all.map((each) => JSON.stringify(each)).sort();
