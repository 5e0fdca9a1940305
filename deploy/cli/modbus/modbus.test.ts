import { afterEach, beforeEach, expect, it } from 'vitest';
import { type ModbusSlave, modbusSlave } from '../../../test/support/peers/modbus-slave.ts';
import { runInside } from '../run-command.testing.ts';

let slave: ModbusSlave;
beforeEach(async () => {
  slave = await modbusSlave();
});
afterEach(() => slave.stop());

const run = (command: string, ...args: string[]) =>
  runInside(['modbus', command, '--tcp', `127.0.0.1:${slave.port}`, ...args]);

it('scan lists the units that answer, also those without the register', async () => {
  slave.units.add(3).add(5);
  const found = await run('scan', '--units', '1-6', '--timeout', '50', '--json');
  expect(found).toMatchObject({ status: 0, stderr: '' });
  expect(
    JSON.parse(found.stdout).units.map(({ unit, answer }: Record<string, unknown>) => [unit, answer]),
  ).toEqual([
    [3, 'exception'],
    [5, 'exception'],
  ]);
  slave.registers.set(7, 0xcafe);
  const shown = await run('scan', '--units', '5', '--address', '7', '--timeout', '1000');
  expect(shown.stdout).toMatch(/^5 +data +register 7: cafe$/m);
});

it('read shows registers, values of a type, and all that a map names', async () => {
  for (let address = 0; address < 400; address++)
    slave.registers.set(address, address % 2 === 0 ? 0x4366 : 0x199a);
  const registers = await run('read', '--unit', '1', '--address', '0', '--count', '2');
  expect(registers.stdout).toMatch(/^3:0 +r0 +17254 *$/m);
  const floats = await run('read', '--unit', '1', '--address', '0x34', '--type', 'float32', '--json');
  expect(JSON.parse(floats.stdout)).toEqual({
    unit: 1,
    values: [{ name: 'r52', function: 3, address: 52, value: 230.1 }],
  });
  const meter = await run('read', '--unit', '1', '--map', 'eastron-sdm630');
  expect(meter.stdout).toMatch(/^4:0 +voltage_l1 +230\.1 +V$/m);
  expect(slave.asked.slice(2).map((text) => text.split(' ')[1])).toEqual(
    Array(slave.asked.length - 2).fill('4'),
  );
});

it.each([
  ['no line', ['read', '--unit', '1', '--address', '0'], 2, /--port FILE for a serial line, or --tcp/],
  ['nothing to read', ['read', '--tcp', '127.0.0.1', '--unit', '1'], 2, /--map NAME, or --address N/],
  ['an unknown map', ['read', '--tcp', '127.0.0.1', '--unit', '1', '--map', 'none'], 2, /there are banner/],
  ['a wrong unit', ['read', '--tcp', '127.0.0.1', '--unit', '300'], 2, /a unit is 1 … 247/],
  [
    'a wrong type',
    ['read', '--tcp', 'a', '--unit', '1', '--address', '0', '--type', 'int17'],
    2,
    /--type int17/,
  ],
  ['a wrong address', ['scan', '--tcp', 'a:b'], 2, /192\.168\.1\.20:502/],
  ['nobody there', ['scan', '--tcp', '127.0.0.1:1'], 1, /cannot be reached.*\[MODBUS_CONNECT_FAILED\]/],
  ['no such port', ['scan', '--port', '/dev/none'], 1, /\[SERIAL_OPEN_FAILED\]/],
])('%s is refused with what to do', async (_, args, status, message) => {
  const result = await runInside(['modbus', ...args]);
  expect(result.stderr).toMatch(message);
  expect(result.status).toBe(status);
});

it('an exception and silence say what to do', async () => {
  const missing = await run('read', '--unit', '1', '--address', '9');
  expect(missing.stderr).toMatch(
    /unit 1, function 3, 1 from 9: exception 2, it has no such register.*\[MODBUS_EXCEPTION\]/,
  );
  slave.units.add(9);
  const silent = await run('read', '--unit', '1', '--address', '9', '--timeout', '20');
  expect(silent.stderr).toMatch(/no answer: check its power.*\[MODBUS_NO_ANSWER\]/);
});

it('maps lists those of the product', async () => {
  const { stdout } = await runInside(['modbus', 'maps']);
  expect(stdout).toMatch(/^eastron-sdm630 +24 +Eastron SDM630/m);
});
