import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newEvent, recordBegun } from '../../../shared/contract/envelope.ts';
import type { Maintenance } from '../../../shared/contract/events.ts';
import type { StateChange } from '../../ports/operations.ts';
import { journal, TestOperations } from '../operations.testing.ts';

const hourMs = 3_600_000;

let operations: TestOperations;
let nowMs: number;
beforeEach(() => {
  operations = new TestOperations();
  nowMs = operations.clock.nowMs();
});
afterEach(() => operations.remove());

const iso = (ms: number) => new Date(ms).toISOString();

/** The event of a gateway about a window that lasts from now for four hours. */
function said(over: Partial<Maintenance> & { atMs?: number } = {}) {
  const { atMs = nowMs, ...data } = over;
  const windowId = data.windowId ?? 'w1';
  return newEvent(
    'io.harbinger.machine.maintenance.v1',
    { gateway: 'north', id: `maintenance/${windowId}/${atMs}/${data.state ?? 'set'}`, timeMs: atMs },
    { windowId, state: 'set', from: iso(nowMs), to: iso(nowMs + 4 * hourMs), by: 'maria', ...data },
  );
}

const at = (machine: string, site = 'hall', gateway = 'north') =>
  operations.now.maintenance.of({ gateway, site, machine });

describe('maintenance that a gateway has said', () => {
  it('is that of a machine, of a site, or of all, and of no other gateway', async () => {
    await operations.apply([
      said({ windowId: 'one', site: 'hall', machine: 'fan', note: 'new bearing' }),
      said({ windowId: 'site', site: 'yard' }),
    ]);
    expect(at('fan')).toMatchObject({ windowId: 'one', toMs: nowMs + 4 * hourMs, note: 'new bearing' });
    expect([at('pump'), at('fan', 'hall', 'south')]).toEqual([null, null]);
    expect([at('a', 'yard')?.windowId, at('b', 'yard')?.windowId]).toEqual(['site', 'site']);
    expect(operations.now.maintenance.isWhole('north')).toBe(false);
    await operations.apply([said({ windowId: 'all' })]);
    expect(at('pump')?.windowId).toBe('all');
    expect(operations.now.maintenance.isWhole('north')).toBe(true);
  });

  it('ends when its gateway begins a new record of it, on the page too, and that of others stays', async () => {
    await operations.apply([
      said({ windowId: 'one', site: 'hall', machine: 'fan' }),
      said({ windowId: 'all' }),
    ]);
    await operations.now.events.apply('south', [said({ windowId: 'of-south' })]);
    await operations.apply([recordBegun('north', 'maintenance', nowMs - 1e9)]);
    await operations.reopen();
    expect([at('fan'), at('pump')]).toEqual([null, null]);
    expect(at('pump', 'hall', 'south')).toMatchObject({ windowId: 'of-south' });
    await operations.apply([said({ windowId: 'two', site: 'hall' })]);
    expect(at('fan')?.windowId).toBe('two');
  });

  it('is what its gateway has said last, whatever its clock said', async () => {
    const window = { windowId: 'one', site: 'hall', machine: 'fan' };
    await operations.apply([said(window)], 7);
    await operations.apply([said({ ...window, atMs: nowMs - hourMs, state: 'ended', to: iso(nowMs) })], 8);
    expect(at('fan')).toBeNull();
    await operations.apply([said({ ...window, atMs: nowMs - 2 * hourMs })], 6);
    expect(at('fan')).toBeNull();
  });

  it('goes with a machine that is renamed, and not to another gateway, which judges the machine', async () => {
    const name = (machine: string, gateway = 'north') => ({ gateway, site: 'hall', machine });
    for (const machine of ['fan', 'pump'])
      await operations.now.watermarks.advance({
        ...{ gateway: 'north', journal, lane: 'readings', firstSeq: 0, lastSeq: 0 },
        machines: [{ site: 'hall', machine, machineType: 'generic', lastSeenMs: nowMs }],
      });
    await operations.apply([
      said({ windowId: 'one', site: 'hall', machine: 'fan' }),
      said({ windowId: 'two', site: 'hall', machine: 'pump' }),
    ]);
    await operations.now.retirement.rename([[name('fan'), name('fan-2')]]);
    await operations.now.retirement.rename([[name('pump'), name('pump', 'south')]]);
    await operations.reopen();
    expect([at('fan'), at('fan-2')?.windowId, at('pump', 'hall', 'south')]).toEqual([null, 'one', null]);
    // The gateway may not know of it yet.
    const ended = said({ windowId: 'one', site: 'hall', machine: 'fan', state: 'ended', to: iso(nowMs) });
    await operations.apply([ended]);
    expect(at('fan-2')).toBeNull();
  });

  it('ends by itself, and when it is ended, whatever comes again after that; also over a restart', async () => {
    const set = said({ site: 'hall', machine: 'fan' });
    const ended = said({
      ...{ site: 'hall', machine: 'fan', state: 'ended' },
      to: iso(nowMs + hourMs),
      atMs: nowMs + hourMs,
    });
    await operations.apply([set]);
    await operations.reopen();
    expect(at('fan')).not.toBeNull();
    await operations.clock.advance(hourMs);
    await operations.apply([ended]);
    expect(at('fan')).toBeNull();
    await operations.apply([said({ site: 'hall', machine: 'fan', atMs: nowMs + 1 })]);
    expect(at('fan')).toBeNull();
    await operations.apply([said({ windowId: 'w2', site: 'hall', machine: 'fan' })]);
    expect(at('fan')?.windowId).toBe('w2');
    await operations.clock.advance(3 * hourMs);
    expect(at('fan')).toBeNull();
  });

  it('that is on is shown before what is planned, and of what is planned the first', async () => {
    const planned = (windowId: string, hours: number) =>
      said({ windowId, from: iso(nowMs + hours * hourMs), to: iso(nowMs + (hours + 1) * hourMs) });
    await operations.apply([planned('later', 9), planned('sooner', 6)]);
    expect(at('fan')?.windowId).toBe('sooner');
    await operations.apply([said({ windowId: 'now' })]);
    expect(at('fan')?.windowId).toBe('now');
    expect(operations.now.maintenance.list().map(({ windowId }) => windowId)).toEqual([
      'now',
      'sooner',
      'later',
    ]);
  });

  it('changes the machines that it concerns, and is not kept for more windows than a gateway may have', async () => {
    const seen = (machine: string, site: string) => ({
      site,
      machine,
      machineType: 'pump',
      lastSeenMs: nowMs,
    });
    const batch = { gateway: 'north', journal, lane: 'readings', firstSeq: 1, lastSeq: 1 } as const;
    await operations.now.watermarks.advance({ ...batch, machines: [seen('a', 'hall'), seen('b', 'yard')] });
    const changes: StateChange[] = [];
    operations.now.changes.onChange((change) => void changes.push(change));
    await operations.apply([said({ site: 'hall' })]);
    expect(changes.at(-1)!.machines.map(({ machine }) => machine)).toEqual(['a']);
    await operations.apply(
      Array.from({ length: 1_100 }, (_, i) => said({ windowId: `many-${i}`, site: 'yard' })),
    );
    expect(operations.now.maintenance.list()).toHaveLength(1_000);
  });
});
