import { beforeEach, describe, expect, it } from 'vitest';
import { encodePayload, type TestMetric } from '../../../../shared/sparkplug/encode.testing.ts';
import { types } from '../../../../shared/sparkplug/values.ts';
import { EdgeNodes } from './edge-nodes.ts';
import { Names, type NamingRules } from './names.ts';
import { Tables } from './node.ts';
import { topicOf } from './topic.ts';

let nodes: EdgeNodes;
let told: string[];

function start(more: Partial<NamingRules> = {}): void {
  const rules = {
    site: '{group}',
    nodeMachine: '{node}',
    machine: '{node}.{device}',
    machines: [],
    sensors: [],
  };
  told = [];
  const tables = new Tables(new Names({ ...rules, ...more }), 1_000);
  nodes = new EdgeNodes(
    tables,
    () => {},
    (why) => void told.push(why),
  );
}
beforeEach(() => start());

const bdSeq: TestMetric = { name: 'bdSeq', type: types.int64, value: [11, 3] };
const double = (name: string, value: number, alias?: number): TestMetric => ({
  name,
  type: types.double,
  value: [13, value],
  ...(alias !== undefined && { alias }),
});

/** Returns the values that the message says of machines. */
function take(kind: string, seq: number, metrics: TestMetric[], timestamp?: number): string[] {
  const payload = encodePayload({ seq, metrics, ...(timestamp !== undefined && { timestamp }) });
  const groups = nodes.take(topicOf(`spBv1.0/Plant/${kind}`)!, payload).groups();
  return groups
    .flat()
    .flatMap(({ machine, timeNs, values }) =>
      values.map(
        ([name, value]) => `${machine} ${name}=${value}${timeNs === undefined ? '' : ` @${timeNs}`}`,
      ),
    );
}
const birth = (node: string, ...metrics: TestMetric[]) => take(`NBIRTH/${node}`, 0, [bdSeq, ...metrics]);

describe('things that would become one', () => {
  it('metrics whose names make one sensor: the one whose name fits is taken, and the other told', () => {
    expect(birth('line1', double('Motor/t', 1), double('Motor_t', 2))).toEqual(['line1 Motor_t=2']);
    expect(take('NDATA/line1', 1, [double('Motor/t', 3)])).toEqual([]);
    expect(take('NDATA/line1', 2, [double('Motor_t', 4)])).toEqual(['line1 Motor_t=4']);
    expect(nodes.counts.refused).toBe(2);
    expect(told).toContainEqual(
      expect.stringContaining('metric Motor/t would be the sensor of another one of Plant/line1'),
    );
  });

  it('are taken where the settings name one of them', () => {
    start({ sensors: [{ metric: 'Motor/t', sensor: 'inlet' }] });
    const values = birth('line1', double('Motor/t', 1), double('Motor_t', 2));
    expect(values).toEqual(['line1 inlet=1', 'line1 Motor_t=2']);
    start({ machines: [{ id: 'Plant/x y', site: 'Plant', machine: 'other' }] });
    expect([birth('x y', double('a', 1)), birth('x_y', double('a', 2))].flat()).toEqual([
      'other a=1',
      'x_y a=2',
    ]);
  });

  it('edge nodes and devices whose names make one machine: one has it, and the other is told', () => {
    birth('p');
    expect(take('DBIRTH/p/q', 1, [double('a', 1)])).toEqual(['p.q a=1']);
    expect(birth('x y', double('a', 2))).toEqual(['x_y a=2']);
    // A name that fits as it is takes precedence over one that was made to fit, and an edge node over a device.
    expect(birth('x_y', double('a', 3))).toEqual(['x_y a=3']);
    expect(birth('p.q', double('a', 4))).toEqual(['p.q a=4']);
    expect(take('NDATA/x y', 1, [double('a', 5)])).toEqual([]);
    expect(take('DDATA/p/q', 2, [double('a', 6)])).toEqual([]);
    expect(take('NDATA/x_y', 1, [double('a', 7)])).toEqual(['x_y a=7']);
    // From the first value on that is nobody's, whether or not a birth comes.
    expect(nodes.counts.refused).toBe(2);
    expect(told).toContainEqual(
      expect.stringContaining('Plant/x y: its names make no name of a machine or that of another'),
    );
    expect(told).toContainEqual(expect.stringContaining('Plant/p: its names make no name'));
    birth('x y', double('a', 8));
    expect(nodes.counts.refused).toBe(3);
  });

  it('names in other letters are not one machine', () => {
    const births = [
      birth('Käse', double('a', 1)),
      birth('Küse', double('a', 2)),
      birth('电', double('a', 3)),
    ];
    expect(births.flat().slice(0, 2)).toEqual(['Kase a=1', 'Kuse a=2']);
    expect(births.flat()[2]).toMatch(/^n-[0-9a-f]{6} a=3$/);
  });

  it('on purpose, by a rule, are one', () => {
    start({ machine: '{node}' });
    expect([birth('p', double('a', 1)), take('DBIRTH/p/q', 1, [double('b', 2)])].flat()).toEqual([
      'p a=1',
      'p b=2',
    ]);
  });

  it('an alias of two metrics is that of neither', () => {
    birth('line1', double('a', 1, 7), double('b', 2, 7), double('c', 3, 8));
    const values = take('NDATA/line1', 1, [
      { alias: 7, value: [13, 9] },
      { alias: 8, value: [13, 9] },
    ]);
    expect(values).toEqual(['line1 c=9']);
    expect(told).toContainEqual(expect.stringContaining('the alias 7 to several metrics'));
  });
});

it('a time of 0, of a clock that was never set, is none', () => {
  const at0 = { ...double('a', 1), timestamp: 0 };
  birth('line1', at0);
  expect(take('NDATA/line1', 1, [at0], 1_790_000_000_000)).toEqual(['line1 a=1 @1790000000000000000']);
  expect(take('NDATA/line1', 2, [at0], 0)).toEqual(['line1 a=1']);
});
