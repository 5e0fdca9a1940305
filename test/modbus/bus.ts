/** A bus with two independent slaves on pseudo terminals, and a go-between that disturbs what passes. */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { sleep, systemClock } from '../../shared/runtime/clock.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { environmentOf } from '../support/debian/packages.ts';
import { disturb, type Fault, InOrder } from './disturb.ts';
import { type Programs, type SlaveProcess, startSlave, stopProcess } from './slaves.ts';

/** Silence after which what has come is one frame. */
const frameMs = 4;
const readyMsMax = 30_000;

export interface Bus {
  /** The device file of the master. */
  readonly path: string;
  readonly units: readonly number[];
  /** Frames by what was done to them. */
  readonly faults: Map<Fault, number>;
  stop(): Promise<void>;
}

const wait = (ms: number) => sleep(systemClock, ms);

/** A pseudo terminal whose bytes are those of the process' standard streams. */
async function terminal(
  { socat }: Programs,
  link: string,
): Promise<{ child: ChildProcess; close(): Promise<void> }> {
  const child = spawn(socat.path, [`PTY,link=${link},rawer`, 'STDIO'], {
    env: environmentOf(socat),
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin!.on('error', () => undefined);
  for (let waitedMs = 0; !existsSync(link); waitedMs += 5) {
    if (waitedMs > readyMsMax) throw new Error(`socat has not made ${link}`);
    await wait(5);
  }
  // While somebody holds it open, the terminal outlives those who use it.
  const held = openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
  return {
    child,
    async close() {
      closeSync(held);
      await stopProcess(child);
    },
  };
}

/** Starts both slaves on one bus. @param lateMsMax the longest delay of a frame */
export async function startBus(
  programs: Programs,
  folder: string,
  random: Random,
  lateMsMax: number,
): Promise<Bus> {
  const faults = new Map<Fault, number>();
  const master = await terminal(programs, join(folder, 'master'));
  const ends = [
    await terminal(programs, join(folder, 'slave-1')),
    await terminal(programs, join(folder, 'slave-2')),
  ];
  const toSlaves = new InOrder();
  const pass = (from: ChildProcess, order: InOrder, write: (bytes: Buffer) => void) =>
    byFrames(from, (frame) => {
      const { pieces, fault } = disturb(frame, random, lateMsMax);
      if (fault) faults.set(fault, (faults.get(fault) ?? 0) + 1);
      order.send(pieces, wait, write);
    });
  pass(master.child, toSlaves, (bytes) => {
    for (const { child } of ends) child.stdin!.write(bytes);
  });
  // As on a bus, a slave hears what the other one says.
  for (const { child } of ends)
    pass(child, new InOrder(), (bytes) => {
      for (const end of [master, ...ends]) if (end.child !== child) end.child.stdin!.write(bytes);
    });
  const slaves: SlaveProcess[] = [];
  const commands = [programs.libmodbus, programs.pymodbus];
  for (const [i, command] of commands.entries())
    slaves.push(await startSlave(command, 'rtu', join(folder, `slave-${i + 1}`), i + 1));
  return {
    path: join(folder, 'master'),
    units: [1, 2],
    faults,
    async stop() {
      await Promise.all(slaves.map((slave) => slave.stop()));
      await Promise.all([master, ...ends].map((end) => end.close()));
    },
  };
}

/** Calls `take` for what came without a pause. */
function byFrames(from: ChildProcess, take: (frame: Buffer) => void): void {
  let came: Buffer[] = [];
  let timer: { cancel(): void } | null = null;
  from.stdout!.on('data', (chunk: Buffer) => {
    came.push(chunk);
    timer?.cancel();
    timer = systemClock.setTimer(frameMs, () => {
      const frame = Buffer.concat(came);
      came = [];
      take(frame);
    });
  });
}
