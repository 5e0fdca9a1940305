/** A Modbus TCP device for tests, in this process. Independent ones are in test/modbus. */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { TcpFrames } from '../../../shared/modbus/frames/tcp.ts';

export interface ModbusSlave {
  readonly port: number;
  /** Holding and input registers by address; others are answered with exception 2. */
  readonly registers: Map<number, number>;
  /** Units that answer; all if empty. */
  readonly units: Set<number>;
  /** Requests that came, as `unit function address count`. */
  readonly asked: string[];
  /** Ends the device and its connections. */
  stop(): Promise<void>;
}

export async function modbusSlave(port = 0): Promise<ModbusSlave> {
  const registers = new Map<number, number>();
  const units = new Set<number>();
  const asked: string[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    const frames = new TcpFrames();
    socket.on('data', (chunk: Buffer) => {
      for (const { transaction, unit, pdu } of frames.push(chunk) ?? []) {
        if (units.size > 0 && !units.has(unit)) continue;
        const [of, address, count] = [pdu[0]!, pdu.readUInt16BE(1), pdu.readUInt16BE(3)];
        asked.push(`${unit} ${of} ${address} ${count}`);
        socket.write(answer(transaction, unit, of, valuesOf(registers, of, address, count)));
      }
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    registers,
    units,
    asked,
    async stop() {
      if (!server.listening) return;
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Null if one of the registers is not there. */
function valuesOf(registers: ReadonlyMap<number, number>, of: number, address: number, count: number) {
  const values = Array.from({ length: count }, (_, i) => registers.get(address + i));
  if (values.includes(undefined)) return null;
  const data = Buffer.alloc(of <= 2 ? Math.ceil(count / 8) : 2 * count);
  for (const [i, value] of values.entries())
    if (of > 2) data.writeUInt16BE(value! & 0xffff, 2 * i);
    else if (value !== 0) data[i >> 3]! |= 1 << (i & 7);
  return data;
}

function answer(transaction: number, unit: number, of: number, data: Buffer | null): Buffer {
  const pdu = data === null ? Buffer.of(of | 0x80, 2) : Buffer.from([of, data.length, ...data]);
  const head = Buffer.alloc(7);
  head.writeUInt16BE(transaction, 0);
  head.writeUInt16BE(pdu.length + 1, 4);
  head[6] = unit;
  return Buffer.concat([head, pdu]);
}
