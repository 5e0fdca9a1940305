import pino from 'pino';
import { beforeEach, expect, it } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import type { Connection } from './connection.ts';
import { DuplicateGateways } from './duplicate-gateways.ts';

let clock: ReturnType<typeof manualClock>;
let said: { level: number; msg: string }[];
let counts: { batches: number; names: number };
let alone: string[];
let gateways: DuplicateGateways;

beforeEach(() => {
  clock = manualClock();
  said = [];
  counts = { batches: 0, names: 0 };
  alone = [];
  gateways = new DuplicateGateways({
    clock,
    log: pino({ level: 'info' }, { write: (line: string) => void said.push(JSON.parse(line)) }),
    onAlone: (gateway) => void alone.push(gateway),
    onDuplicateBatch: () => void counts.batches++,
    onNames: (count) => {
      counts.names = count;
    },
  });
});

/** A connection as far as duplicates are concerned: its name, its process, its address. */
function connection(instance: string, gateway = 'north'): Connection {
  return { gateway, instance, address: '192.0.2.1' } as Connection;
}

function connect(instance: string, gateway?: string): Connection {
  const made = connection(instance, gateway);
  gateways.connected(made);
  return made;
}

const errors = () => said.filter(({ level }) => level >= 50).map(({ msg }) => msg.split(':')[0]);

it('reports a duplicate that sends nothing once both connections have outlived a dead one', () => {
  connect('1');
  clock.advanceNow(500_000);
  const second = connect('2');
  clock.advanceNow(59_000);
  expect(said).toEqual([]);
  clock.advanceNow(1_000);
  expect(errors()).toEqual(["two gateways are connected as 'north'"]);
  expect(counts).toEqual({ batches: 0, names: 1 });
  expect(gateways.twins()).toEqual([
    { gateway: 'north', sinceMs: clock.nowMs(), addresses: ['192.0.2.1', '192.0.2.1'] },
  ]);
  clock.advanceNow(600_000);
  expect(errors()).toHaveLength(2);
  gateways.disconnected(second);
  expect(said.at(-1)!.msg).toBe("no two gateways are connected as 'north' any more");
  expect([counts.names, gateways.twins(), alone]).toEqual([0, [], []]);
  clock.advanceNow(1_200_000);
  expect([errors().length, alone]).toEqual([2, ['north']]);
});

it('one of two that is started again ends nothing by being gone: the other is asked only after a while', () => {
  connect('1');
  const second = connect('2');
  clock.advanceNow(60_000);
  gateways.disconnected(second);
  clock.advanceNow(300_000);
  expect([alone, gateways.isShared('north')]).toEqual([[], true]);
  const third = connect('3');
  clock.advanceNow(600_000);
  expect(alone).toEqual([]);
  gateways.disconnected(third);
  clock.advanceNow(600_000);
  expect([alone, gateways.isShared('north')]).toEqual([['north'], false]);
});

it('takes neither a restart, nor a reconnection, nor gateways of other names for duplicates', () => {
  const dead = connect('1');
  connect('1', 'south');
  connect('2');
  clock.advanceNow(45_000);
  gateways.disconnected(dead); // its keep-alive is over
  connect('2'); // the same process, before its older connection was noticed to be gone
  clock.advanceNow(600_000);
  expect(said).toEqual([]);
  expect(counts).toEqual({ batches: 0, names: 0 });
});

it('waits for a gateway that has reconnected lately to outlive a dead one', () => {
  const first = connect('1');
  connect('2');
  clock.advanceNow(40_000);
  gateways.disconnected(first);
  connect('1');
  clock.advanceNow(59_000);
  expect(said).toEqual([]);
  clock.advanceNow(1_000);
  expect(errors()).toEqual(["two gateways are connected as 'north'"]);
});

it('reports duplicates that send earlier than idle ones, and once', () => {
  const first = connect('1');
  clock.advanceNow(1);
  const second = connect('2');
  gateways.batchReceived(second);
  clock.advanceNow(29_999);
  gateways.batchReceived(first);
  expect(said).toEqual([]);
  clock.advanceNow(1);
  gateways.batchReceived(first);
  expect(errors()).toEqual(["two gateways send as 'north'"]);
  clock.advanceNow(100_000);
  expect(errors()).toHaveLength(1);
  expect(counts).toEqual({ batches: 1, names: 1 });
});
