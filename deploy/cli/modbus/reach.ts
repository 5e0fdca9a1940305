import { type LineOpener, lineOpener } from '../../../shared/modbus/line/open-line.ts';
import { type Clock, systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { LineFlags } from './line-options.ts';

const quietMs = 50;
/** How late an answer is waited out before the same is asked again. */
export const lateMsMax = 2_000;

/** @throws HarbingerError USAGE */
export function openerOf(flags: LineFlags, clock: Clock = systemClock): LineOpener {
  const { port, tcp, baud: baudRate, parity, stopBits, rtu = false } = flags;
  if ((port === undefined) === (tcp === undefined))
    throw new HarbingerError(
      'USAGE',
      'cli',
      'say where the devices are: --port FILE for a serial line, or --tcp HOST:PORT; one of them',
    );
  const serial = {
    path: port ?? '',
    baudRate,
    parity,
    dataBits: 8,
    stopBits: Number(stopBits) as 1 | 2,
  } as const;
  return lineOpener({ way: tcp ?? serial, framing: rtu ? 'rtu' : 'tcp', quietMs, lateMsMax }, clock);
}
