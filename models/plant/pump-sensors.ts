import { gaussian, type Random } from '../../shared/runtime/random.ts';
import type { Duty } from './duty.ts';

/** Damage of each part: 0 when new, about 1 at failure. */
export interface Damage {
  bearing: number;
  seal: number;
  impeller: number;
  winding: number;
}

/** Sensor name → value, in the units of machine type `pump`. */
export type PumpReading = Record<(typeof pumpSensors)[number], number>;

export const pumpSensors = [
  'vibration_x',
  'vibration_y',
  'vibration_z',
  'bearing_temp_drive',
  'bearing_temp_free',
  'motor_current',
  'winding_temp',
  'suction_pressure',
  'discharge_pressure',
  'flow',
  'speed',
  'seal_leakage',
  'oil_debris',
  'ultrasound',
] as const;

/** Standard deviations of a reading's noise, and of the sensor's offset between machines. */
const spread: Record<(typeof pumpSensors)[number], { noise: number; offset: number }> = {
  vibration_x: { noise: 0.22, offset: 0.25 },
  vibration_y: { noise: 0.2, offset: 0.22 },
  vibration_z: { noise: 0.14, offset: 0.15 },
  bearing_temp_drive: { noise: 0.6, offset: 1.6 },
  bearing_temp_free: { noise: 0.6, offset: 1.6 },
  motor_current: { noise: 0.35, offset: 0.5 },
  winding_temp: { noise: 0.8, offset: 2 },
  suction_pressure: { noise: 0.03, offset: 0.05 },
  discharge_pressure: { noise: 0.06, offset: 0.08 },
  flow: { noise: 0.9, offset: 1 },
  speed: { noise: 4, offset: 3 },
  seal_leakage: { noise: 1, offset: 0.8 },
  oil_debris: { noise: 1.2, offset: 1.2 },
  ultrasound: { noise: 0.9, offset: 1.2 },
};

/** The readings without lag, noise and offset. */
function ideal(duty: Duty, damage: Damage): PumpReading {
  const { speed, valve, ambientCel } = duty;
  const { bearing, seal, impeller, winding } = damage;
  const flowRatio = speed * valve * (1 - 0.26 * impeller - 0.06 * seal);
  const suction = 1.3 - 0.35 * flowRatio ** 2;
  const head =
    6.4 * speed ** 2 * (1.25 - 0.35 * (flowRatio / speed) ** 2) * (1 - 0.24 * impeller - 0.1 * seal);
  const power = speed ** 3 * (0.45 + 0.55 * valve);
  const current =
    34 * (0.3 + 0.7 * power) * (1 + 0.24 * winding + 0.12 * impeller + 0.07 * bearing + 0.03 * seal);
  return {
    vibration_x: 1.7 * speed ** 2 + 5.8 * bearing * speed + 0.9 * impeller + 0.5 * winding,
    vibration_y: 1.5 * speed ** 2 + 4.9 * bearing * speed + 1.4 * impeller + 0.4 * winding,
    vibration_z: 1.0 * speed ** 2 + 1.9 * bearing * speed + 3.4 * impeller + 1.0 * winding,
    bearing_temp_drive: ambientCel + 27 * speed + 42 * bearing,
    bearing_temp_free: ambientCel + 24 * speed + 12 * bearing + 14 * winding,
    motor_current: current,
    winding_temp: ambientCel + 46 * (current / 34) ** 2 + 42 * winding,
    suction_pressure: suction,
    discharge_pressure: suction + head,
    flow: 80 * flowRatio,
    speed: 2900 * speed,
    seal_leakage: 3 + 54 * seal + 4 * impeller + 3 * bearing,
    oil_debris: 6 + 41 * bearing + 6 * impeller + 4 * seal,
    ultrasound: 38 + 7 * speed + 19 * bearing ** 0.7 + 18 * impeller ** 0.8 + 6 * seal,
  };
}

/** Share of the distance to its equilibrium that a temperature covers in one cycle. */
const thermalLag: Partial<PumpReading> = {
  bearing_temp_drive: 0.22,
  bearing_temp_free: 0.22,
  winding_temp: 0.15,
};

const neverNegative = new Set<string>([
  'vibration_x',
  'vibration_y',
  'vibration_z',
  'flow',
  'seal_leakage',
  'oil_debris',
]);

/** Creates the sensors of one machine: offsets are drawn now, noise with every reading. */
export function createPumpSensors(random: Random): (duty: Duty, damage: Damage) => PumpReading {
  const offset = pumpSensors.map((name) => spread[name].offset * gaussian(random));
  let before: PumpReading | null = null;
  return (duty, damage) => {
    const now = ideal(duty, damage);
    const reading = { ...now };
    pumpSensors.forEach((name, i) => {
      const lag = thermalLag[name];
      if (lag !== undefined && before) now[name] = before[name] + lag * (now[name] - before[name]);
      const value = now[name] + offset[i]! + spread[name].noise * gaussian(random);
      reading[name] = neverNegative.has(name) ? Math.max(0, value) : value;
    });
    before = now;
    return reading;
  };
}
