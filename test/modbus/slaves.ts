/**
 * Modbus against independent slaves (test/modbus): the gateway's source polls devices made of libmodbus and of pymodbus
 * over pseudo terminals and TCP, through a go-between that disturbs, and every value that it hands in is compared with
 * what the device has. test/peers/modbus holds the programs of the slaves; nothing here uses the product's frames.
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../../shared/files/paths.ts';
import { type DebianBinary, ensureDebianBinary, environmentOf } from '../support/debian/packages.ts';
import { pythonWith } from '../support/peers/python.ts';

const run = promisify(execFile);
const peers = join(packageRoot, 'test', 'peers', 'modbus');
const pythonPackages = ['pymodbus==3.16.1', 'pyserial==3.5'];

/** Programs that run the slaves. */
export interface Programs {
  socat: { path: string; libraryPath?: string };
  /** Commands to which way, place and unit are added. */
  libmodbus: Command;
  pymodbus: Command;
}

interface Command {
  path: string;
  args: string[];
  env: NodeJS.ProcessEnv;
}

/** Fetches, and compiles into `folder`, what is needed. Never throws. */
export async function slavePrograms(folder: string): Promise<Programs | { unavailable: string }> {
  const socat = await ensureDebianBinary({ packages: ['socat'], binary: 'usr/bin/socat' });
  if ('unavailable' in socat) return socat;
  const header = 'usr/include/modbus/modbus.h';
  const library = await ensureDebianBinary({ packages: ['libmodbus-dev', 'libmodbus5'], binary: header });
  if ('unavailable' in library) return library;
  try {
    return { socat, libmodbus: await compiled(library, folder), pymodbus: await pythonSlave() };
  } catch (error) {
    return {
      unavailable: `a Modbus slave: ${error instanceof Error ? error.message.split('\n')[0] : error}`,
    };
  }
}

async function compiled(
  header: Exclude<DebianBinary, { unavailable: string }>,
  folder: string,
): Promise<Command> {
  const path = join(folder, 'slave');
  const from = (header.libraryPath ?? '').split(':').filter((part) => part !== '');
  const search = from.flatMap((part) => ['-L', part]);
  const source = join(peers, 'slave.c');
  await run('cc', ['-O1', '-o', path, source, '-I', dirname(header.path), ...search, '-lmodbus']);
  return { path, args: [], env: environmentOf(header) };
}

async function pythonSlave(): Promise<Command> {
  const path = await pythonWith(pythonPackages);
  return { path, args: [join(peers, 'slave.py')], env: process.env };
}

export interface SlaveProcess {
  stop(): Promise<void>;
}

/** Starts a slave, and waits until it is ready. @param where a device file, or a port */
export async function startSlave(
  { path, args, env }: Command,
  way: 'rtu' | 'tcp',
  where: string,
  unit: number,
): Promise<SlaveProcess> {
  const child = spawn(path, [...args, way, where, String(unit)], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  child.stderr.on('data', (text) => (said = `${said}${text}`.slice(-2_000)));
  const ended = once(child, 'exit').then(() => {
    throw new Error(`the slave ${path} has ended: ${said}`);
  });
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  child.stdout.resume();
  return { stop: () => stopProcess(child) };
}

export async function stopProcess(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** The value of a register; slave.c and slave.py have the same. */
export function registerValue(unit: number, of: number, address: number): number {
  const value = (Math.imul(address, 40_503) + unit * 257) & 0xffff;
  if (of === 3) return value;
  if (of === 4) return value ^ 0xffff;
  return of === 1 ? value & 1 : (value >> 1) & 1;
}
