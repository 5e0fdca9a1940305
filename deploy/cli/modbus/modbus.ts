/**
 * The command `harbinger modbus` (deploy/cli/modbus): finds devices on a line, and reads them as the gateway would. It
 * opens the line itself, so a gateway that uses it must be stopped. The protocol is in shared/modbus.
 */
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { ReadFunction } from '../../../shared/modbus/frames/request.ts';
import type { Line } from '../../../shared/modbus/line/line.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { stopSignal } from '../options.ts';
import { printable, printJson, printList } from '../output.ts';
import { type LineFlags, registerNumber, unitRange, withLine } from './line-options.ts';
import type { ReadWhat } from './what.ts';

interface ScanFlags extends LineFlags {
  units: { from: number; to: number };
  function: ReadFunction;
  address: number;
}

interface ReadFlags extends LineFlags, ReadWhat {
  unit: number;
}

const examples = `
Examples:
  harbinger modbus scan --port /dev/ttyUSB0 --baud 19200 --parity even
  harbinger modbus scan --tcp 192.168.1.20 --units 1-32
  harbinger modbus read --port /dev/ttyUSB0 --unit 1 --map eastron-sdm630
  harbinger modbus read --tcp 192.168.1.20:502 --unit 1 --function 3 --address 0 --count 10
  harbinger modbus read --tcp 192.168.1.20 --unit 1 --function 4 --address 0x34 --type float32
  harbinger modbus maps

Stop a gateway that uses the line first. Nothing is written to a device.
`;

export function addModbus(program: Command): void {
  const group = program
    .command('modbus')
    .description('find Modbus devices on a serial line or over TCP, and read their registers')
    .addHelpText('after', examples);

  withLine(group.command('scan'))
    .description('ask each unit for one register, and list those that answer')
    .option('--units <from-to>', 'the units', unitRange, { from: 1, to: 247 })
    .addOption(readFunction())
    .option('--address <n>', 'the register, from 0', registerNumber, 0)
    .addHelpText('after', examples)
    .action(async (flags: ScanFlags) => {
      const { scan } = await import('./scan.ts');
      const { units, function: of, address, timeout: timeoutMs, json } = flags;
      const signal = stopSignal();
      const found = await withOpenLine(flags, (line, progress) =>
        scan(line, {
          units,
          request: { function: of, address },
          timeoutMs,
          clock: systemClock,
          signal,
          progress,
        }),
      );
      if (json) return printJson({ units: found });
      printList([
        ['unit', 'answer', 'detail'],
        ...found.map(({ unit, answer, detail }) => [String(unit), answer, detail]),
      ]);
    });

  withLine(group.command('read'))
    .description('read registers, or all that a map names, and show them')
    .requiredOption('--unit <n>', 'the unit', oneUnit)
    .option('--map <name>', 'a map: its name (see `maps`), or the path of its file')
    .addOption(readFunction())
    .option('--address <n>', 'the first register, from 0', registerNumber)
    .option('--count <n>', 'how many values', registerNumber, 1)
    .option('--type <type>', 'how they are read, such as int16 or float32 (default: as registers)')
    .addOption(
      new Option('--word-order <order>', 'the register that comes first').choices([
        'high-first',
        'low-first',
      ]),
    )
    .addHelpText('after', examples)
    .action(async (flags: ReadFlags) => {
      const { readBlocks } = await import('./read.ts');
      const { shownValue, whatToRead } = await import('./what.ts');
      const { unit, timeout: timeoutMs, json } = flags;
      const { blocks, points } = whatToRead(flags);
      const signal = stopSignal();
      const values = await withOpenLine(flags, (line, progress) =>
        readBlocks(line, blocks, { unit, timeoutMs, clock: systemClock, signal, progress }),
      );
      const rows = points.map((point) => ({ point, value: shownValue(values.get(point.name) ?? null) }));
      if (json)
        return printJson({
          unit,
          values: rows.map(({ point: { name, function: of, address, unit: measuredIn }, value }) => ({
            ...{ name, function: of, address, value },
            ...(measuredIn !== undefined && { unit: measuredIn }),
          })),
        });
      printList([
        ['register', 'name', 'value', 'unit'],
        ...rows.map(({ point, value }) => [
          `${point.function}:${point.address}`,
          point.name,
          value === null ? 'none now' : printable(String(value)),
          point.unit ?? '',
        ]),
      ]);
    });

  group
    .command('maps')
    .description('list the maps that ship with the product')
    .option('--json', 'print JSON')
    .action(async ({ json }: { json?: boolean }) => {
      const { loadMap, shippedMaps } = await import('../../../shared/modbus/read-map.ts');
      const maps = shippedMaps().map((name) => {
        const { about, source, points } = loadMap(name);
        return { name, about, source, points: points.length };
      });
      if (json) return printJson({ maps });
      printList([
        ['map', 'values', 'device'],
        ...maps.map((map) => [map.name, String(map.points), map.about]),
      ]);
    });
}

function readFunction(): Option {
  return new Option('--function <n>', '1 coils, 2 discrete inputs, 3 holding registers, 4 input registers')
    .default(3)
    .argParser((text): ReadFunction => {
      const value = Number(text);
      if (value === 1 || value === 2 || value === 3 || value === 4) return value;
      throw new InvalidArgumentError('1, 2, 3 or 4 is needed');
    });
}

function oneUnit(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw new InvalidArgumentError('a unit is 1 … 247; over TCP also 0 and 255');
}

/** Opens the line, and shows how far the work is on a terminal. */
async function withOpenLine<T>(
  flags: LineFlags,
  work: (line: Line, progress: (text: string) => void) => Promise<T>,
): Promise<T> {
  const { openerOf } = await import('./reach.ts');
  const { stderr } = process;
  const line = await openerOf(flags)();
  try {
    return await work(line, (text) => void (stderr.isTTY && stderr.write(`\r\u001b[K${text}`)));
  } finally {
    if (stderr.isTTY) stderr.write('\r\u001b[K');
    await line.close();
  }
}
