import { createPumpLife } from '../../../models/plant/pump.ts';
import { pumpSensors } from '../../../models/plant/pump-sensors.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

/** A cycle early in the life of a pump, which is then healthy. */
const cycle = 5;
/** Decimals before the noise: each sensor varies by about its noise in the plant. */
const decimals: Partial<Record<(typeof pumpSensors)[number], number>> = {
  suction_pressure: 1,
  discharge_pressure: 1,
};
/** A sensor whose fraction carries the running number, so that journalled readings can be compared with a ledger. */
const carrier = 'speed';
const carrierScale = 1e10;

/**
 * A payload template of the connection's own pump: the values of its fourteen sensors, with noise in the last digits.
 */
export function pumpTemplate(connection: number): string {
  const reading = createPumpLife(seededRandom(connection + 1)).sample(cycle);
  const fields = pumpSensors.map((sensor) => {
    const value = reading[sensor];
    if (sensor === carrier) return `"${sensor}":${Math.floor(value)}.{seq0}`;
    const digits = decimals[sensor] ?? 0;
    return `"${sensor}":${value.toFixed(digits)}${digits === 0 ? '.' : ''}{n}`;
  });
  return `{"seq":{seq},"ts":{ms},${fields.join(',')}}`;
}

/** Decodes the running number from a journalled value of the carrier. */
export function pumpSeq(carried: number): number {
  return Math.round((carried - Math.floor(carried)) * carrierScale);
}

export const pumpCarrier = carrier;
