import type { MachineType } from '../machine-type.ts';

export interface FittingType {
  name: string;
  description: string;
  /** Fields that are sensors of the type, with all that was seen of them within its ranges. */
  sensors: string[];
  /** Fields that it would pass over; none for a type that takes any sensor. */
  passedOver: string[];
}

interface Seen {
  name: string;
  numbers: number;
  low: number | null;
  high: number | null;
}

const fitsMin = 2;

/** Returns the types that declare several of the fields, and whose ranges hold them; the best first, at most three. */
export function fittingTypes(
  fields: readonly Seen[],
  types: ReadonlyMap<string, MachineType>,
): FittingType[] {
  const found: (FittingType & { missing: number })[] = [];
  for (const type of types.values()) {
    // A class of a type has the same sensors, so that the type itself stands for all.
    if (type.vibrationClass !== undefined && !isOwn(type)) continue;
    const sensors = new Map(type.sensors.map((sensor) => [sensor.name, sensor]));
    const same = fields.filter(({ name, numbers }) => numbers > 0 && sensors.has(name));
    const isWithin = same.every(({ name, low, high }) => {
      const { min, max } = sensors.get(name)!;
      return low! >= min && high! <= max;
    });
    if (!isWithin || same.length < fitsMin) continue;
    const others = fields.filter(({ name }) => !sensors.has(name)).map(({ name }) => name);
    found.push({
      name: type.name,
      description: type.description,
      sensors: same.map(({ name }) => name),
      passedOver: type.openSensors ? [] : others,
      missing: sensors.size - same.length,
    });
  }
  found.sort((a, b) => b.sensors.length - a.sensors.length || a.missing - b.missing);
  return found.slice(0, 3).map(({ missing: _, ...fits }) => fits);
}

/** False for a type that was made of another one, by a class of vibration. */
const isOwn = ({ name, vibrationClass }: MachineType) => !name.endsWith(`-${vibrationClass}`);
