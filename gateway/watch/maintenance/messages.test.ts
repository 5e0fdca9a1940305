/** Messages about maintenance: each begins, changes or ends a window, and one that comes again does nothing. */
import { describe, expect, it } from 'vitest';
import { fan, hourMs, newBook, who } from './maintenance.testing.ts';

describe('a message about maintenance', () => {
  const report = (over: object = {}) => ({ ...fan, wanted: { id: 'order-7' }, who, ...over });

  it('begins a window once, however often it comes, and ends what is on', async () => {
    const { book, clock, events } = newBook();
    const nowMs = clock.nowMs();
    const order = { id: 'order-7', toMs: nowMs + hourMs };
    await book.reported(report({ wanted: { ...order, askedMs: nowMs } }));
    clock.advanceNow(1);
    await book.reported(report({ wanted: { ...order, askedMs: nowMs + 1 } }));
    await book.reported(report({ wanted: order, who: { ...who, by: 'the client that is connected now' } }));
    expect(book.list(false)).toMatchObject([{ id: 'order-7', ...fan, fromMs: nowMs, by: 'maria' }]);
    expect(events).toHaveLength(1);
    await book.reported(report({ wanted: null }));
    await book.reported(report({ wanted: order }));
    await book.reported(report());
    expect([book.isOn(fan), book.list(true).length]).toEqual([false, 1]);
  });

  it('with the id of a window and other content changes it, also over a restart, and tells the cloud', async () => {
    const { book, clock, events } = newBook();
    const nowMs = clock.nowMs();
    const order = (wanted: object, by = who) =>
      book.reported(report({ wanted: { id: 'order-7', ...wanted }, who: by }));
    await order({ toMs: nowMs + hourMs });
    await order({ toMs: nowMs + 3 * hourMs });
    await order({ toMs: nowMs + 2 * hourMs, by: 'jo' }, { ...who, by: 'jo' });
    await order({}, { by: 'jo', address: '::1', note: 'and its coupling' });
    const after = newBook(clock).book;
    await after.load();
    for (const each of [book, after])
      expect(each.list(true)).toMatchObject([
        {
          ...{ id: 'order-7', ...fan, fromMs: nowMs, toMs: nowMs + 2 * hourMs },
          by: 'jo',
          note: 'and its coupling',
        },
      ]);
    const told = events.map(({ data, time }) => [(data as { to: string }).to, Date.parse(time)]);
    const untilHours = (hours: number) => new Date(nowMs + hours * hourMs).toISOString();
    expect(told).toEqual([1, 3, 2, 2].map((hours, i) => [untilHours(hours), nowMs + i]));
    clock.advanceNow(2 * hourMs);
    expect(book.isOn(fan)).toBe(false);
    await order({ toMs: nowMs + 4 * hourMs });
    expect(book.isOn(fan)).toBe(true);
  });

  it('moves a planned window without an end as a whole', async () => {
    const { book, clock } = newBook();
    const fromMs = clock.nowMs() + hourMs;
    await book.reported(report({ wanted: { id: 'order-7', fromMs } }));
    await book.reported(report({ wanted: { id: 'order-7', fromMs: fromMs + 48 * hourMs } }));
    expect(book.list(false)).toMatchObject([{ fromMs: fromMs + 48 * hourMs, toMs: fromMs + 72 * hourMs }]);
  });

  it('changes nothing if it is a retained one that came again, or if what it says cannot be meant', async () => {
    const { book, clock } = newBook();
    const nowMs = clock.nowMs();
    const begun = await book.set({ id: 'order-7', ...fan, toMs: nowMs + hourMs }, who);
    await book.reported(report({ wanted: { id: 'order-7', toMs: nowMs + 9 * hourMs, isAgain: true } }));
    const refused = async (wanted: object, problem: RegExp, over: object = {}) => {
      const said = book.reported(report({ wanted: { id: 'order-7', ...wanted }, ...over }));
      await expect(said).rejects.toMatchObject({
        code: 'MAINTENANCE_INVALID',
        message: expect.stringMatching(problem),
      });
    };
    await refused({ toMs: 1 }, /end after it begins/);
    await refused({ toMs: nowMs + 2 * hourMs }, /about s\/fan: give that of s\/saw another id/, {
      machine: 'saw',
    });
    expect(book.list(true)).toEqual([begun]);
    clock.advanceNow(60_000);
    await book.end(fan, { by: 'jo', address: '::1' });
    await refused({ toMs: nowMs + 2 * hourMs }, /was ended at .* by jo: give it another id/);
    expect(book.isOn(fan)).toBe(false);
  });

  it('is refused if its times cannot be meant', async () => {
    const { book } = newBook();
    await expect(book.reported(report({ wanted: { toMs: 1 } }))).rejects.toMatchObject({
      code: 'MAINTENANCE_INVALID',
    });
  });
});
