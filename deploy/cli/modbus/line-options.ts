import { type Command, InvalidArgumentError, Option } from 'commander';
import { fromOne } from '../options.ts';

export interface LineFlags {
  port?: string;
  tcp?: { host: string; port: number };
  baud: number;
  parity: 'none' | 'even' | 'odd';
  stopBits: '1' | '2';
  rtu?: boolean;
  timeout: number;
  json?: boolean;
}

const modbusPort = 502;

/** Adds the options that say how to reach the devices. */
export function withLine(command: Command): Command {
  return command
    .option('--port <file>', 'the device file of a serial line, such as /dev/ttyUSB0')
    .option('--tcp <host:port>', 'the address of a Modbus TCP device (port 502 if absent)', hostAndPort)
    .option('--baud <n>', 'speed of the serial line', fromOne, 9_600)
    .addOption(new Option('--parity <p>', 'its check bit').choices(['none', 'even', 'odd']).default('none'))
    .addOption(new Option('--stop-bits <n>', 'its stop bits').choices(['1', '2']).default('1'))
    .option('--rtu', 'with --tcp: frames of a serial line over TCP, as simple converters pass them on')
    .option('--timeout <ms>', 'how long an answer is waited for', fromOne, 300)
    .option('--json', 'print JSON');
}

function hostAndPort(text: string): { host: string; port: number } {
  const found = /^(\[[^\]]+\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(text);
  const port = Number(found?.[2] ?? modbusPort);
  if (!found || port < 1 || port > 65_535)
    throw new InvalidArgumentError('an address such as 192.168.1.20:502 is needed');
  return { host: found[1]!.replace(/^\[|\]$/g, ''), port };
}

/** Parses `1-32` or `7`. */
export function unitRange(text: string): { from: number; to: number } {
  const found = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text);
  const from = Number(found?.[1] ?? Number.NaN);
  const to = Number(found?.[2] ?? from);
  if (!(from >= 0 && to <= 255 && from <= to))
    throw new InvalidArgumentError('units such as 1-247 or 7 are needed');
  return { from, to };
}

/** Parses a number, also one such as 0x34. */
export function registerNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 0xffff)
    throw new InvalidArgumentError('a number of a register is 0 … 65535, or 0x0 … 0xFFFF');
  return value;
}
