import { statSync } from 'node:fs';
import { SerialPort } from 'serialport';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { SerialPortConfig } from './config.ts';
import type { OpenPort, PortOpener } from './port.ts';

/**
 * A read does not always fail when a device is unplugged (serialport may return nothing for ever), so its file is
 * checked.
 */
const presenceEveryMs = 2_000;

/** Opens real serial ports. (SerialPort.list() is not used: it ends the process if udevadm is missing.) */
export function systemPorts(clock: Clock): PortOpener {
  return (config) => openDevice(config, clock);
}

function openDevice(config: SerialPortConfig, clock: Clock): Promise<OpenPort> {
  const { path, baudRate, dataBits, stopBits, parity, hardwareFlow, softwareFlow } = config;
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
      resolve({ stream: port, gone, close });
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
