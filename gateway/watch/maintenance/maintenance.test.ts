/** Maintenance windows: kept, refused, bounded, told to the cloud, and what they spare machines. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { silentLog } from '../../../shared/runtime/log.ts';
import { manualClock } from '../../../shared/runtime/manual-clock.ts';
import { batch, named, newWindows, type Row } from '../windows/windows.testing.ts';
import { fan, folder, hourMs, newBook, who } from './maintenance.testing.ts';
import { MaintenanceBook } from './maintenance.ts';

describe('a maintenance window', () => {
  it('is about one machine, a site or all, from its time to its end, also over a restart', async () => {
    const { book, clock, events } = newBook();
    const nowMs = clock.nowMs();
    const begun = await book.set({ ...fan, toMs: nowMs + hourMs }, who);
    await book.set({ site: 'hall', fromMs: nowMs + hourMs, toMs: nowMs + 2 * hourMs }, who);
    const after = newBook(clock).book;
    await after.load();
    for (const each of [book, after]) {
      expect([each.isOn(fan), each.isOn({ ...fan, machine: 'other' })]).toEqual([true, false]);
      expect(each.stats()).toEqual({ on: 1, planned: 1 });
      expect(each.list(false)[0]).toEqual(begun);
    }
    clock.advanceNow(hourMs);
    expect([after.isOn(fan), after.isOn({ site: 'hall', machine: 'x' })]).toEqual([false, true]);
    await after.set({}, who);
    expect([after.isOn(fan), after.isOn({ site: 'elsewhere', machine: 'x' })]).toEqual([true, true]);
    expect(events.map(({ type, subject }) => [type, subject])).toEqual([
      ['io.harbinger.machine.maintenance.v1', 's/fan'],
      ['io.harbinger.machine.maintenance.v1', undefined],
    ]);
  });

  it('ends when somebody ends it, by what it was set for or by its id; a planned one only by its id', async () => {
    const { book, clock, events } = newBook();
    const nowMs = clock.nowMs();
    await book.set(fan, who);
    const planned = await book.set({ ...fan, fromMs: nowMs + hourMs }, who);
    expect(await book.end({ site: 's' }, who)).toEqual([]);
    const ended = await book.end(fan, { by: 'jo', address: '::1' });
    expect(ended).toMatchObject([{ toMs: nowMs, ended: { by: 'jo', atMs: nowMs } }]);
    expect(book.isOn(fan)).toBe(false);
    expect(book.list(false)).toEqual([planned]);
    await book.end({ id: planned.id }, who);
    expect(book.list(false)).toEqual([]);
    expect(book.list(true)).toHaveLength(2);
    expect(events.map(({ data }) => (data as { state: string }).state)).toEqual([
      ...['set', 'set'],
      ...['ended', 'ended'],
    ]);
    clock.advanceNow(hourMs + 1);
    expect(book.isOn(fan)).toBe(false);
  });

  it('goes with a machine that is renamed, for readings of before too, and the cloud is told later than before', async () => {
    const { book, clock, events } = newBook();
    const moved = { site: 's', machine: 'fan-2' };
    const nowMs = clock.nowMs();
    await book.set({ ...fan, toMs: nowMs + 1_000 }, who);
    clock.advanceNow(2_000);
    await book.set(fan, who);
    await book.set({ site: 's' }, who);
    expect(await book.rename(fan, moved)).toBe(1);
    await book.end({ site: 's' }, who);
    const after = newBook(clock).book;
    await after.load();
    for (const each of [book, after]) {
      expect([each.isOn(fan), each.isOn(moved)]).toEqual([false, true]);
      expect([...each.spansOf(moved)!].slice(0, 2)).toEqual([nowMs, nowMs + 1_000]);
    }
    const told = events.filter(
      ({ data }) => (data as { windowId: string }).windowId === book.list(false)[0]?.id,
    );
    expect(told.map(({ subject }) => subject)).toEqual(['s/fan', 's/fan-2']);
    expect(new Set(told.map(({ id }) => id)).size).toBe(2);
    expect(Date.parse(told[1]!.time)).toBeGreaterThan(Date.parse(told[0]!.time));
    expect(await book.rename(fan, moved)).toBe(0);
  });

  it('without an end ends after a day', async () => {
    const { book, clock } = newBook();
    await book.set(fan, who);
    clock.advanceNow(24 * hourMs - 1);
    expect(book.isOn(fan)).toBe(true);
    clock.advanceNow(1);
    expect(book.isOn(fan)).toBe(false);
  });

  it.each([
    [{ machine: 'fan' }, /named with its site/],
    [{ fromMs: 2e12, toMs: 2e12 }, /end after it begins/],
    [{ fromMs: 1, toMs: 2 }, /is over already/],
    [{ fromMs: 1.76e12, toMs: 1.9e12 }, /366 days at most/],
  ])('%j is refused', async (wanted, problem) => {
    await expect(newBook().book.set(wanted, who)).rejects.toThrow(problem);
  });

  it('is one of a thousand at most, and is forgotten a month after its end', async () => {
    const clock = manualClock();
    const book = new MaintenanceBook({ gateway: 'gw', clock, log: silentLog });
    for (let i = 0; i < 1_000; i++) await book.set({ site: 's', machine: `m${i}` }, who);
    await expect(book.set(fan, who)).rejects.toMatchObject({ code: 'MAINTENANCE_TOO_MANY' });
    clock.advanceNow(33 * 24 * hourMs);
    await book.set(fan, who);
    expect(book.list(true)).toHaveLength(1);
  });

  it('reaches the cloud after a restart if it did not before', async () => {
    const { book, clock, cloud } = newBook();
    cloud.isDown = true;
    await book.set(fan, who);
    const after = newBook(clock);
    await after.book.load();
    await after.book.tellUnsent();
    await after.book.tellUnsent();
    const [{ id } = { id: '' }] = after.book.list(false);
    // Then what is kept as it is, once, because it may be an older copy.
    expect(after.events.map(({ data }) => data)).toMatchObject([
      { windowId: id, machine: 'fan', state: 'set', by: 'maria' },
      { record: 'maintenance', names: [id], upTo: null },
      { windowId: id, machine: 'fan', state: 'set', isRetold: true },
    ]);
    expect(new Set(after.events.map((event) => event.id)).size).toBe(3);
  });

  it('of before ends in the cloud where there is no record of it, before another is told', async () => {
    const { book, events } = newBook();
    await book.load();
    await book.set(fan, who);
    await book.tellUnsent();
    expect(events.map(({ data }) => data)).toMatchObject([{ record: 'maintenance' }, { machine: 'fan' }]);
  });

  it('is lost with a damaged file, which is set aside; a newer file prevents the start', async () => {
    const path = join(folder, 'maintenance.json');
    const { book, clock } = newBook();
    await book.set(fan, who);
    writeFileSync(path, readFileSync(path, 'utf8').replace('new bearing', 'old bearing'));
    const after = newBook(clock).book;
    await after.load();
    expect(after.list(true)).toEqual([]);
    expect(readFileSync(`${path}.damaged`, 'utf8')).toContain('old bearing');
    writeFileSync(path, '{"format":"harbinger-maintenance","version":2}');
    await expect(newBook(clock).book.load()).rejects.toMatchObject({ code: 'MAINTENANCE_VERSION' });
  });
});

describe('readings of a machine in maintenance', () => {
  const machine = { site: 's', machine: 'pump' };

  async function watched() {
    const clock = manualClock();
    const { book } = newBook(clock);
    const { windows } = newWindows({ clock, maintenance: book });
    book.connect(() => windows.remaintain(), { estimates: () => {}, event: async () => {} });
    const fromMs = clock.nowMs();
    windows.add(batch([[0, fromMs - 5, 1, 1]], { newMachines: named('pump') }));
    const rows = () => windows.stats().rows;
    const learnt = () => windows.baselineOf({ ...machine, type: windows.typeOf('s', 'pump')! })!.rows;
    return { clock, book, windows, fromMs, rows, learnt };
  }

  it('are in no window and teach nothing, whether they arrive in it or were measured in it', async () => {
    const { clock, book, windows, fromMs, rows, learnt } = await watched();
    const taught = learnt();
    await book.set({ ...machine, toMs: fromMs + 100 }, who);
    for (let i = 0; i < 10; i++) windows.add(batch([[0, fromMs + i, 9, 9]]));
    // The device's clock is wrong: it has arrived in it.
    windows.add(batch([[0, fromMs + 10_000, 9, 9]]));
    clock.advanceNow(200);
    // Buffered readings, and those that a restart reads again.
    windows.add(batch([[0, fromMs + 50, 9, 9]]));
    windows.add(batch([[0, fromMs + 60, 9, 9]], { replay: true }));
    expect([rows(), learnt(), windows.stats().aside]).toEqual([1, taught, 13]);
    windows.add(batch([[0, fromMs + 200, 1, 1]]));
    expect(rows()).toBe(2);
  });

  it('ask for the time once a batch, however many they are', async () => {
    const { clock, book, windows, fromMs } = await watched();
    await book.set(machine, who);
    let asked = 0;
    const nowMs = clock.nowMs.bind(clock);
    clock.nowMs = () => {
      asked++;
      return nowMs();
    };
    const rows = (count: number) => Array.from({ length: count }, (_, i) => [0, fromMs + i, 9, 9] as Row);
    windows.add(batch(rows(1)));
    const once = asked;
    windows.add(batch(rows(100)));
    expect([asked - once, windows.stats().aside]).toEqual([once, 101]);
  });

  it('lead to no decision, also for values that their sensors cannot have', async () => {
    const { clock, book, windows, fromMs } = await watched();
    for (let i = 0; i < 8; i++) windows.add(batch([[0, fromMs + i, 1, 1]]));
    const due = () => {
      const taken = windows.take(9);
      windows.release(taken);
      clock.advanceNow(1_000);
      return taken.length;
    };
    const refused = [{ machineIndex: 0, column: 0, row: 1, value: 1e12, isBeyondAlarm: true }];
    const send = (atMs: number) => windows.add(batch([[0, fromMs + atMs, 1, 1]], { refused }));
    expect(due()).toBe(1);
    send(2_000);
    expect(due()).toBe(1);
    await book.set(machine, who);
    send(3_000);
    expect(due()).toBe(0);
    await book.end(machine, who);
    send(4_000);
    expect(due()).toBe(1);
  });
});
