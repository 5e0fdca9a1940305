import { readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import { alertBench } from './alert-bench.testing.ts';

let bench: Awaited<ReturnType<typeof alertBench>>;
beforeEach(async () => {
  bench = await alertBench();
});
afterEach(() => bench.dispose());

describe('a restart', () => {
  it('keeps one open prediction', async () => {
    await bench.evaluate(await bench.started(), 50, 3);
    const again = await bench.started();
    await bench.evaluate(again, 50, 10);
    await bench.evaluate(again, 200, 4);
    const distinct = new Set(bench.state.events.map(({ id }) => id));
    expect([...distinct].filter((id) => id.endsWith('/opened'))).toHaveLength(1);
    expect(bench.resolved().map((event) => event.data.predictionId)).toEqual([
      bench.opened()[0]!.data.predictionId,
    ]);
  });

  it('with an older state ends once more what had ended, as an event of its own: it may be open in the cloud again', async () => {
    const first = await bench.started();
    await bench.evaluate(first, 50, 3);
    const older = await readFile(bench.stateFile);
    await first.retired('lab', 'p1');
    await first.stop();
    await writeFile(bench.stateFile, older);
    await bench.evaluate(await bench.started(), 200, 4);
    const ends = bench.resolved();
    expect(ends.map(({ data }) => [data.predictionId, data.outcome])).toEqual([
      [bench.opened()[0]!.data.predictionId, 'retired'],
      [bench.opened()[0]!.data.predictionId, undefined],
    ]);
    expect(ends[0]!.id).not.toBe(ends[1]!.id);
  });

  it('goes on counting for how long it has lasted: what lasts becomes critical, and says so', async () => {
    const { machine } = bench.input();
    const [policy] = machine.type.alerts;
    const alerts = [{ ...policy!, criticalAfterMs: 60_000 }] as typeof machine.type.alerts;
    const more = () => ({
      machine: { ...machine, type: { ...machine.type, alerts } },
      timeMs: bench.clock.nowMs(),
    });
    const first = await bench.started();
    for (let s = 0; s < 30; s++) await bench.evaluate(first, 50, 1, more());
    expect(bench.opened()[0]!.data.severity).toBe('warning');
    const again = await bench.started();
    for (let s = 0; s < 40; s++) await bench.evaluate(again, 50, 1, more());
    const rises = bench.updated().filter(({ data }) => data.severity === 'critical');
    expect(rises).toHaveLength(1);
    expect(rises[0]!.data.reasons[0]).toContain('below the limit of 60, for 60 s or longer');
  });

  it('goes on counting the changes of an alert, by which the cloud knows what is newer', async () => {
    await bench.evaluate(await bench.started(), 50, 3);
    const again = await bench.started();
    await bench.evaluate(again, 10, 3);
    await bench.evaluate(again, 200, 4);
    const [rise] = bench.updated().filter(({ data }) => data.severity === 'critical');
    const seqs = [bench.opened()[0]!, rise!, bench.resolved()[0]!].map(({ data }) => data.seq);
    expect(seqs).toEqual([1, 2, 3]);
  });

  it('says once that nothing is known of before, where there is no file, and where it is damaged', async () => {
    await bench.evaluate(await bench.started(), 50, 3);
    await bench.started();
    expect(bench.state.begun).toMatchObject([{ source: '/gateways/gw-1', data: { record: 'predictions' } }]);
    bench.state.begun.length = 0;
    await bench.clock.advance(1_000);
    await writeFile(bench.stateFile, 'damaged');
    bench.state.outboxDown = true;
    await bench.started();
    bench.state.outboxDown = false;
    await bench.started();
    await bench.started();
    expect(bench.state.begun[0]).toMatchObject({ source: '/gateways/gw-1', data: { record: 'predictions' } });
    expect(new Set(bench.state.begun.map(({ id }) => id)).size).toBe(1);
    expect(bench.state.events.some(({ id }) => id.endsWith('/opened'))).toBe(true);
  });

  it('says at each start with a state what is open by it, which may be an older copy', async () => {
    const first = await bench.started();
    await first.stop();
    const older = await readFile(bench.stateFile);
    const second = await bench.started();
    await bench.evaluate(second, 50, 3);
    const [{ predictionId } = { predictionId: '' }] = second.open();
    await second.stop();
    await (await bench.started()).stop();
    await writeFile(bench.stateFile, older);
    await bench.started();
    expect(bench.state.known).toEqual([[], [predictionId], []]);
  });

  it('says what is open when it is asked, so that what another gateway of its name has told can end', async () => {
    const decision = await bench.started();
    await bench.evaluate(decision, 50, 3);
    await decision.tellOpen();
    const [{ predictionId } = { predictionId: '' }] = decision.open();
    expect(bench.state.known.at(-1)).toEqual([predictionId]);
  });

  it('resends, under the same ids, events that were saved but not journalled before a crash', async () => {
    const crashed = await bench.started();
    bench.state.outboxDown = true;
    await bench.evaluate(crashed, 50, 3);
    expect(bench.state.events).toEqual([]);
    const saved = JSON.parse(await readFile(bench.stateFile, 'utf8'));

    bench.state.outboxDown = false;
    const again = await bench.started();
    expect(bench.state.events.map(({ id }) => id)).toEqual(saved.pending.map(({ id }: HarbingerEvent) => id));
    await bench.evaluate(again, 50, 10);
    expect(bench.opened()).toHaveLength(1);
  });

  it('remembers that a machine has failed', async () => {
    const before = await bench.started();
    await bench.evaluate(before, 50, 3);
    await before.lifecycle({
      state: 'failed',
      about: { site: 'lab', machine: 'p1', machineType: 'pump' },
      atMs: bench.clock.nowMs(),
    });
    await before.stop();
    await bench.evaluate(await bench.started(), 0, 20);
    expect(bench.opened()).toHaveLength(1);
  });

  it('knows nothing of a machine that was retired, whose prediction has ended', async () => {
    const before = await bench.started();
    await bench.evaluate(before, 50, 3);
    expect(await before.retired('lab', 'none')).toBe(false);
    expect(await before.retired('lab', 'p1')).toBe(true);
    expect(bench.resolved().map(({ data }) => data.predictionId)).toEqual([
      bench.opened()[0]!.data.predictionId,
    ]);
    expect(before.stats()).toMatchObject({ machines: 0, open: { warning: 0, critical: 0 } });
    await bench.evaluate(await bench.started(), 50, 3);
    expect(bench.opened()).toHaveLength(2);
  });

  it('after an orderly stop sends nothing twice', async () => {
    const before = await bench.started();
    await bench.evaluate(before, 50, 3);
    await before.stop();
    await bench.evaluate(before, 10, 5);
    const count = bench.state.events.length;
    await bench.started();
    expect(bench.state.events).toHaveLength(count);
  });

  it('sets aside a damaged state file and continues', async () => {
    const path = bench.stateFile;
    await bench.evaluate(await bench.started(), 50, 3);
    await writeFile(path, '{"format": "harbinger-al');
    await bench.evaluate(await bench.started(), 50, 3);
    expect(await readFile(`${path}.damaged`, 'utf8')).toBe('{"format": "harbinger-al');
    expect(bench.opened()).toHaveLength(2);
  });
});

describe('when events cannot be journalled', () => {
  it('they are kept until they can be sent, and their number is bounded', async () => {
    const decision = await bench.started();
    bench.state.outboxDown = true;
    await bench.evaluate(decision, 50, 3);
    await bench.evaluate(decision, 10, 50);
    expect(decision.stats().events.pending).toBe(2);
    expect(bench.state.estimates.length).toBeGreaterThan(50);
    bench.state.outboxDown = false;
    await bench.evaluate(decision, 10, 4);
    expect(bench.opened()).toHaveLength(1);
    expect(bench.updated().map((event) => event.data.severity)).toEqual(['critical']);
  });

  it('nor the state saved, alerts are sent nevertheless', async () => {
    const decision = await bench.started();
    await rm(dirname(bench.stateFile), { recursive: true });
    await writeFile(dirname(bench.stateFile), 'not a folder');
    await bench.evaluate(decision, 50, 3);
    expect(bench.opened()).toHaveLength(1);
    expect(decision.stats().saveFailures).toBe(1);
    await rm(dirname(bench.stateFile));
    await bench.evaluate(decision, 50, 6);
    await bench.evaluate(await bench.started(), 50, 6);
    expect(bench.opened()).toHaveLength(1);
  });
});
