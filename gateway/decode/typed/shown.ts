import { messageOf } from '../../../shared/runtime/errors.ts';
import type { NamedTypedValue } from '../../ports/source.ts';
import { readReadings } from './read.ts';

const linesMax = 100;
const valuesMax = 100;

/** The readings of a payload for people, a line each: machine, time, and values with a quality that is not good. */
export function shownReadings(payload: Buffer): string {
  try {
    const readings = readReadings(payload);
    const lines = readings.slice(0, linesMax).map(({ site, machine, timeNs, values }) => {
      const time = timeNs === undefined ? 'without a time' : shownTime(timeNs);
      const more = values.length > valuesMax ? [`and ${values.length - valuesMax} more`] : [];
      return [`${site}/${machine}`, time, ...values.slice(0, valuesMax).map(shownValue), ...more].join('  ');
    });
    const more = readings.length > linesMax ? [`and ${readings.length - linesMax} more readings`] : [];
    return [...lines, ...more].join('\n');
  } catch (error) {
    return messageOf(error);
  }
}

function shownValue([name, value, quality]: NamedTypedValue): string {
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value ?? 'no value');
  return `${name}=${text}${quality === undefined ? '' : ` (${quality})`}`;
}

/** ISO 8601 with all digits. */
function shownTime(timeNs: bigint): string {
  const ms = Number(timeNs / 1_000_000n);
  if (!(ms > 0 && ms < 8.64e15)) return `${timeNs} ns`;
  const ns = String(timeNs % 1_000_000n).padStart(6, '0');
  return new Date(ms).toISOString().replace('Z', `${ns}Z`);
}
