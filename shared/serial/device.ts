/**
 * Serial ports (shared/serial): opens the device of a line, and notices when it is unplugged. The bytes on the line
 * belong to those who use it: gateway/sources/serial (lines of text) and shared/modbus.
 */
import { statSync } from 'node:fs';
import type { Duplex } from 'node:stream';
import { SerialPort } from 'serialport';
import type { Clock } from '../runtime/clock.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';

/**
 * A read does not always fail when a device is unplugged (serialport may return nothing for ever), so its file is
 * checked.
 */
const presenceEveryMs = 2_000;

export interface SerialSettings {
  path: string;
  baudRate: number;
  dataBits: 5 | 6 | 7 | 8;
  stopBits: 1 | 2;
  parity: 'none' | 'even' | 'odd';
  hardwareFlow?: boolean;
  softwareFlow?: boolean;
}

/** An open device. */
export interface OpenDevice {
  readonly stream: Duplex;
  /** Resolves with the reason when the device is gone. */
  readonly gone: Promise<string>;
  /** Resolves when what was written has been sent. */
  sent(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens a real serial port. (SerialPort.list() is not used: it ends the process if udevadm is missing.)
 * @throws HarbingerError SERIAL_OPEN_FAILED
 */
export function openSerialDevice(settings: SerialSettings, clock: Clock): Promise<OpenDevice> {
  const { path, baudRate, dataBits, stopBits, parity } = settings;
  const { hardwareFlow = false, softwareFlow = false } = settings;
  return new Promise((resolve, reject) => {
    const port = new SerialPort({
      path,
      baudRate,
      dataBits,
      stopBits,
      parity,
      rtscts: hardwareFlow,
      xon: softwareFlow,
      xoff: softwareFlow,
      autoOpen: false,
    });
    port.on('error', () => undefined); // whatever it is, 'close' follows or the presence check notices
    port.open((error) => {
      if (error) {
        const failure = `${messageOf(error)}; check the cable, the path and the right to read it (group dialout)`;
        return reject(
          new HarbingerError('SERIAL_OPEN_FAILED', 'serial', failure, { retry: true, cause: error }),
        );
      }
      const gone = whenGone(port, path, clock);
      const close = () =>
        new Promise<void>((closed) => (port.isOpen ? port.close(() => closed()) : closed()));
      const sent = () => new Promise<void>((done) => port.drain(() => done()));
      resolve({ stream: port, gone, sent, close });
    });
  });
}

function whenGone(port: SerialPort, path: string, clock: Clock): Promise<string> {
  const before = identityOf(path);
  return new Promise((resolve) => {
    const check = () => {
      if (identityOf(path) !== before) resolve('the device was unplugged');
      else timer = clock.setTimer(presenceEveryMs, check);
    };
    let timer = clock.setTimer(presenceEveryMs, check);
    port.once('close', (error: Error | null) => {
      timer.cancel();
      resolve(error ? `the device was unplugged: ${messageOf(error)}` : 'closed');
    });
    port.once('end', () => resolve('the device ended'));
  });
}

/** Returns the identity of the device that the path refers to now; null if there is none. */
function identityOf(path: string): string | null {
  try {
    const { dev, ino, rdev } = statSync(path);
    return `${dev} ${ino} ${rdev}`;
  } catch {
    return null;
  }
}
