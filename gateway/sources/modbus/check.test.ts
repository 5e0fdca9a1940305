import { expect, it } from 'vitest';
import { mapProblems, modbusProblems } from './check.ts';
import { configOf, serial, slave } from './pretend-line.testing.ts';

it.each([
  [{ ...serial, slaves: [] }, /has no slaves/],
  [{ name: 'l' }, /neither path \(a serial line\) nor host/],
  [{ name: 'l', path: '/dev/x', host: 'a' }, /both path and host/],
  [{ ...serial, slaves: [slave(0)] }, /units of a serial line are 1 to 247/],
  [{ name: 'l', host: 'a', framing: 'rtu', slaves: [slave(0)] }, /units of a serial line are 1 to 247/],
  [{ name: 'l', host: 'a', baudRate: 19_200 }, /baudRate is only for a path/],
  [{ name: 'l', host: 'a', parity: 'even' }, /parity is only for a path/],
  [{ ...serial, framing: 'rtu' }, /framing is only for a host/],
  [{ ...serial, slaves: [slave(1), slave(1)] }, /taken by modbus\.lines\[0\]\.slaves\[0\]\.unit/],
  [{ name: 'l', host: 'a', slaves: [slave(1, { points: [] })] }, /neither map nor points/],
  [{ name: 'l', host: 'a', slaves: [slave(1, { only: ['c'] })] }, /names 'c', and there is no such point/],
  [
    { name: 'l', host: 'a', slaves: [slave(1, { points: [{ name: 'a', address: 0, type: 'bool' }] })] },
    /bit is needed/,
  ],
])('%j is refused', (line, problem) => {
  const found = modbusProblems(configOf({ slaves: [slave(1)], ...line }));
  expect(found.map(({ message }) => message).join('\n')).toMatch(problem);
});

it.each([
  [
    [slave(1), slave(2, { machine: 'm1' })],
    /slaves\[1\]\.machine 'm1' has 'a' from modbus\.lines\[0\]\.slaves\[0\] too/,
  ],
  [[slave(1), slave(2, { machine: 'm1', only: ['b'] })], /has 'b' from/],
  [[slave(1, { map: 'eastron-sdm630' }), slave(2, { machine: 'm1', map: 'eastron-sdm630' })], /from modbus/],
])('slaves of one machine with sensors of the same name are refused', (slaves, problem) => {
  const found = mapProblems(configOf({ ...serial, slaves }), 'modbus');
  expect(found.map(({ message }) => message)).toEqual([expect.stringMatching(problem)]);
});

it('slaves of one machine with different sensors are not refused, nor is unit 0 over TCP', () => {
  const slaves = [
    slave(0, { machine: 'm' }),
    slave(2, { machine: 'm', points: [{ name: 'c', address: 1 }] }),
  ];
  const config = configOf({ name: 'l', host: 'a', slaves });
  expect([...modbusProblems(config), ...mapProblems(config, 'modbus')]).toEqual([]);
});
