import { expect, it } from 'vitest';
import { modbusProblems } from './check.ts';
import { configOf, serial, slave } from './pretend-line.testing.ts';

it.each([
  [{ ...serial, slaves: [] }, /has no slaves/],
  [{ name: 'l' }, /neither path \(a serial line\) nor host/],
  [{ name: 'l', path: '/dev/x', host: 'a' }, /both path and host/],
  [{ ...serial, slaves: [slave(0)] }, /units of a serial line are 1 to 247/],
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
