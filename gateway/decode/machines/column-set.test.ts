import { describe, expect, it } from 'vitest';
import { loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { LineWriter } from '../blocks/line-writer.ts';
import { checkReading } from '../contract.ts';
import { Layouts, newTopicLayouts } from '../fast-json/layouts.ts';
import { readingsIn } from '../fixtures.testing.ts';
import { json } from '../formats/json/json.ts';
import { newRow } from '../row.ts';
import { type ColumnSet, ColumnSets } from './column-set.ts';
import { Machines } from './machines.ts';

const types = loadMachineTypes();

function grown(sets: ColumnSets, set: ColumnSet, ...sensors: string[]): ColumnSet {
  return sensors.reduce((grown, sensor) => sets.with(grown, sensor, 'user')!, set);
}

describe('sets of columns', () => {
  it('are bounded by what all machines of an owner need that have a set each; others have their own', () => {
    const sets = new ColumnSets({ shared: 8, alone: 20 });
    const root = sets.ofType(types.get('generic')!);
    /** Returns the number of sensors that new machines get, each of which sends 5 with names of its own. */
    const fill = (owner: string) => {
      const counts: number[] = [];
      for (let machine = 0; counts.at(-1) !== 0; machine++) {
        let set = root;
        for (let i = 0; i < 5; i++) set = sets.with(set, `${owner}-${machine}-${i}`, owner) ?? set;
        counts.push(set.sensors.length);
      }
      return counts;
    };
    // 8 shared ones, then 20 sensors that are not: first those of a machine whose set had been a shared one.
    expect(fill('greedy')).toEqual([5, 5, 5, 5, 5, 0]);
    expect(fill('modest').length).toBeGreaterThan(2);
    expect(sets.with(root, 'late', 'late')?.sensors).toEqual(['late']);
    // A known name needs no place of its owner.
    expect(sets.with(root, 'greedy-0-0', 'greedy')?.sensors).toEqual(['greedy-0-0']);
  });

  it('of a machine that is gone count no more, unless another has them or grew from them', () => {
    const sets = new ColumnSets({ shared: 4, alone: 6 });
    const root = sets.ofType(types.get('generic')!);
    const grow = (...names: string[]) =>
      names.reduce((set, name) => sets.with(set, name, 'user') ?? set, root);
    const [kept, shared] = [grow('a', 'b'), grow('a', 'b')];
    const alone = [grow('a', 'b', 'c', 'd', 'e'), grow('f', 'g')];
    expect(alone.map(({ sensors }) => sensors.length)).toEqual([5, 1]);
    for (const set of [shared, ...alone]) sets.release(set);
    expect(grow('a', 'b')).toBe(kept);
    sets.release(kept);
    for (let machine = 0; machine < 100; machine++) {
      const set = grow('a', 'b', `c${machine}`, `d${machine}`, `e${machine}`);
      expect(set.sensors).toHaveLength(5);
      sets.release(set);
    }
    expect(grow('a', 'b')).toBe(kept);
  });

  it('are shared by machines with the same sensors in the same order, and immutable', () => {
    const sets = new ColumnSets();
    const root = sets.ofType(types.get('generic')!);
    const ab = grown(sets, root, 'a', 'b');
    expect(grown(sets, root, 'a', 'b')).toBe(ab);
    expect(grown(sets, root, 'b', 'a')).not.toBe(ab);
    expect(ab.sensors).toEqual(['a', 'b']);
    expect(root.sensors).toEqual([]);
    expect(sets.ofType(types.get('pump')!).sensors).toEqual(
      types.get('pump')!.sensors.map(({ name }) => name),
    );
  });

  it('a layout is tried with the next machine of a kind, and never with one of other columns', () => {
    const machines = new Machines({
      gateway: 'edge',
      types,
      rules: [],
      unknown: { type: 'generic' },
      machinesMax: 10,
    });
    const layouts = new Layouts();
    const writer = new LineWriter();
    const row = newRow();
    /** Returns how messages of a new machine are read; those in capitals were read by their layout. */
    const send = (machine: string, texts: string[]): string[] => {
      const schema = machines.find('hall', machine);
      const topic = newTopicLayouts();
      return texts.map((text) => {
        const payload = Buffer.from(text);
        const isShort = layouts.read(topic, payload, schema, row);
        if (!isShort) {
          const [reading] = readingsIn(json.decode(payload, { site: 'hall', machine }));
          checkReading(schema, reading!.values, row);
          layouts.learn(topic, payload, { schema, sensor: undefined, reading: reading!, row });
        }
        writer.add(schema, row, 1_700_000_000_000, 0);
        const fields = writer.take().toString().split(' ')[1]!;
        return isShort ? fields.toUpperCase() : fields;
      });
    };
    const texts = ['{"a":0,"b":0}', '{"a":2,"b":3}'];
    expect(send('m1', ['{"a":1}', ...texts])).toEqual(['a=1', 'a=0,b=0', 'A=2,B=3']);
    expect(send('m2', ['{"a":1,"b":1}', ...texts])).toEqual(['a=1,b=1', 'A=0,B=0', 'A=2,B=3']);
    expect(send('m3', ['{"b":1}', ...texts])).toEqual(['b=1', 'b=0,a=0', 'B=3,A=2']);
    expect(machines.find('hall', 'm1').set).toBe(machines.find('hall', 'm2').set);
  });
});
