import { connect } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../runtime/clock.ts';
import { HarbingerError, messageOf } from '../../runtime/errors.ts';
import { openSerialDevice, type SerialSettings } from '../../serial/device.ts';

/** A way for bytes to the slaves. */
export interface Channel {
  readonly stream: Duplex;
  readonly gone: Promise<string>;
  sent(): Promise<void>;
  close(): Promise<void>;
}

export interface TcpAddress {
  host: string;
  port: number;
}

export const connectMsMax = 5_000;

/** @throws HarbingerError MODBUS_CONNECT_FAILED */
export function openTcpChannel({ host, port }: TcpAddress, clock: Clock): Promise<Channel> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: 30_000 });
    const fail = (why: string, cause?: unknown) => {
      timer.cancel();
      socket.destroy();
      const message = `${host}:${port} cannot be reached: ${why}; check the address, the cable, and that Modbus TCP is switched on there`;
      reject(new HarbingerError('MODBUS_CONNECT_FAILED', 'modbus', message, { retry: true, cause }));
    };
    const timer = clock.setTimer(connectMsMax, () => fail(`no answer within ${connectMsMax / 1_000} s`));
    const failed = (error: Error) => fail(messageOf(error), error);
    socket.once('error', failed);
    socket.once('connect', () => {
      timer.cancel();
      socket.off('error', failed);
      let reason = 'the other side has closed the connection';
      socket.on('error', (error) => (reason = messageOf(error)));
      socket.once('end', () => socket.destroy());
      const gone = new Promise<string>((ended) => socket.once('close', () => ended(reason)));
      resolve({
        stream: socket,
        gone,
        sent: () => Promise.resolve(),
        async close() {
          socket.destroy();
          await gone;
        },
      });
    });
  });
}

/** @throws HarbingerError SERIAL_OPEN_FAILED */
export function openSerialChannel(settings: SerialSettings, clock: Clock): Promise<Channel> {
  return openSerialDevice(settings, clock);
}
