/** Two independent slaves over TCP, and a go-between that delays, cuts into pieces, stalls and breaks connections. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { sleep, systemClock } from '../../shared/runtime/clock.ts';
import type { Random } from '../../shared/runtime/random.ts';
import { freePort } from '../support/ports.ts';
import { InOrder } from './disturb.ts';
import { type Programs, startSlave } from './slaves.ts';

export interface TcpSlaves {
  /** Each with its unit. */
  readonly ports: readonly { port: number; unit: number }[];
  breaks(): number;
  stop(): Promise<void>;
}

const breakChance = 0.002;
const lateChance = 0.02;
const splitChance = 0.2;
const wait = (ms: number) => sleep(systemClock, ms);

export async function startTcpSlaves(
  programs: Programs,
  random: Random,
  lateMsMax: number,
): Promise<TcpSlaves> {
  let broken = 0;
  const commands = [programs.libmodbus, programs.pymodbus];
  const started = await Promise.all(
    commands.map(async (command, i) => {
      const unit = i + 1;
      const inner = await freePort();
      const slave = await startSlave(command, 'tcp', String(inner), unit);
      const sockets = new Set<Socket>();
      const server = createServer((outer) => {
        const to = connect({ port: inner, host: '127.0.0.1', noDelay: true });
        for (const socket of [outer, to]) {
          sockets.add(socket);
          socket.on('error', () => undefined);
          socket.once('close', () => {
            sockets.delete(socket);
            outer.destroy();
            to.destroy();
          });
        }
        const pass = (from: Socket, onto: Socket) => {
          const order = new InOrder();
          from.on('data', (chunk: Buffer) => {
            if (random.next() < breakChance) {
              broken++;
              return void from.destroy();
            }
            const delayMs = random.next() < lateChance ? lateMsMax * random.next() : 0;
            const at = random.next() < splitChance ? Math.floor(random.next() * chunk.length) : chunk.length;
            const pieces = [
              { bytes: chunk.subarray(0, at), delayMs },
              { bytes: chunk.subarray(at), delayMs: at < chunk.length ? 3 : 0 },
            ];
            order.send(pieces, wait, (bytes) => onto.writable && onto.write(bytes));
          });
        };
        pass(outer, to);
        pass(to, outer);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const stop = async () => {
        server.close();
        for (const socket of sockets) socket.destroy();
        await slave.stop();
      };
      return { port, unit, stop };
    }),
  );
  return {
    ports: started,
    breaks: () => broken,
    stop: async () => void (await Promise.all(started.map((each) => each.stop()))),
  };
}
