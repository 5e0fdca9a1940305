import { createPumpLife } from '../../../models/plant/pump.ts';
import { pumpSensors } from '../../../models/plant/pump-sensors.ts';
import { seededRandom } from '../../../shared/runtime/random.ts';

/** Early in a life: the pump is well. */
const cycle = 5;
/** Decimals before the noise: each sensor moves by about what its noise is in the plant. */
const decimals: Partial<Record<(typeof pumpSensors)[number], number>> = {
  suction_pressure: 1,
  discharge_pressure: 1,
};
/** Its fraction carries the running number, so that what is journalled can be compared with a ledger. */
const carrier = 'speed';
const carrierScale = 1e10;

/** A payload template of the connection's own pump: what its fourteen sensors show, with noise in the last digits. */
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

/** The running number out of a journalled value of the carrier. */
export function pumpSeq(carried: number): number {
  return Math.round((carried - Math.floor(carried)) * carrierScale);
}

export const pumpCarrier = carrier;
