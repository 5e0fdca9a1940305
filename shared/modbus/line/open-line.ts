import type { Clock } from '../../runtime/clock.ts';
import type { SerialSettings } from '../../serial/device.ts';
import { type Channel, openSerialChannel, openTcpChannel, type TcpAddress } from './channel.ts';
import { LateAnswers } from './late-answers.ts';
import type { Line, LineCounts } from './line.ts';
import { RtuLine } from './rtu-line.ts';
import { TcpLine } from './tcp-line.ts';

export interface LineSettings {
  way: SerialSettings | TcpAddress;
  /** Frames over TCP; `rtu` for converters that pass on what is on a serial line. */
  framing: 'tcp' | 'rtu';
  quietMs: number;
  lateMsMax: number;
}

export type LineOpener = () => Promise<Line>;

/** Start bit, data, check and stop bits. */
function characterBits({ dataBits, parity, stopBits }: SerialSettings): number {
  return 1 + dataBits + (parity === 'none' ? 0 : 1) + stopBits;
}

/** Returns what opens a line, again after it has ended. What is known of its slaves, and counted, outlives each opening. */
export function lineOpener({ way, framing, quietMs, lateMsMax }: LineSettings, clock: Clock): LineOpener {
  const counts: LineCounts = { requests: 0, strayBytes: 0 };
  const kept = { late: new LateAnswers(clock, lateMsMax), counts };
  const rtu = (channel: Channel, baudRate: number, bits: number) =>
    new RtuLine(channel, { baudRate, characterBits: bits, quietMs }, kept, clock);
  if ('path' in way)
    return async () => rtu(await openSerialChannel(way, clock), way.baudRate, characterBits(way));
  return async () => {
    const channel = await openTcpChannel(way, clock);
    return framing === 'rtu' ? rtu(channel, 0, 0) : new TcpLine(channel, counts, clock);
  };
}
