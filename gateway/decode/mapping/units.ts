import { unitText } from '../../../shared/words/units.ts';

/** Units of one quantity: each by its factor to the first one, and where zero is not zero by an offset after it. */
type Quantity = Readonly<Record<string, number | readonly [factor: number, offset: number]>>;

const quantities: readonly Quantity[] = [
  { K: 1, '°C': [1, 273.15], '°F': [5 / 9, 459.67 * (5 / 9)], '°R': 5 / 9 },
  {
    ...{ Pa: 1, hPa: 100, kPa: 1_000, MPa: 1e6, bar: 1e5, mbar: 100, psi: 6_894.757293168361 },
    ...{ atm: 101_325, mmHg: 133.322387415, inHg: 3_386.389, mmH2O: 9.80665, inH2O: 249.08891 },
  },
  { W: 1, mW: 1e-3, kW: 1e3, MW: 1e6, hp: 745.6998715822702, PS: 735.49875 },
  { VA: 1, kVA: 1e3, MVA: 1e6 },
  { var: 1, kvar: 1e3, Mvar: 1e6 },
  {
    ...{ Wh: 1, kWh: 1e3, MWh: 1e6, GWh: 1e9, Wmin: 1 / 60, Ws: 1 / 3_600, J: 1 / 3_600, kJ: 1 / 3.6 },
    ...{ MJ: 1e3 / 3.6, GJ: 1e6 / 3.6 },
  },
  { V: 1, mV: 1e-3, µV: 1e-6, kV: 1e3 },
  { A: 1, mA: 1e-3, µA: 1e-6, kA: 1e3 },
  { Ah: 1, mAh: 1e-3 },
  { Ω: 1, mΩ: 1e-3, kΩ: 1e3, MΩ: 1e6 },
  { m: 1, mm: 1e-3, µm: 1e-6, cm: 1e-2, km: 1e3, in: 0.0254, ft: 0.3048, mi: 1_609.344 },
  {
    'm/s': 1,
    'mm/s': 1e-3,
    'cm/s': 1e-2,
    'km/h': 1 / 3.6,
    mph: 0.44704,
    kn: 1_852 / 3_600,
    'in/s': 0.0254,
    'ft/s': 0.3048,
  },
  { 'm/s²': 1, 'mm/s²': 1e-3, gn: 9.80665, mgn: 9.80665e-3 },
  {
    ...{ 'm³/h': 1, 'm³/s': 3_600, 'm³/min': 60, 'l/s': 3.6, 'l/min': 0.06, 'l/h': 1e-3 },
    ...{ gpm: 0.2271247, cfm: 1.69901082 },
  },
  { 'm³': 1, l: 1e-3, ml: 1e-6, cm3: 1e-6, gal: 3.785411784e-3, 'ft³': 0.028316846592 },
  { kg: 1, g: 1e-3, mg: 1e-6, t: 1e3, lb: 0.45359237, oz: 0.028349523125 },
  { s: 1, ms: 1e-3, µs: 1e-6, ns: 1e-9, min: 60, h: 3_600, d: 86_400 },
  { Hz: 1, mHz: 1e-3, kHz: 1e3, MHz: 1e6, rpm: 1 / 60, '1/s': 1, '1/min': 1 / 60 },
  { '%': 1, '‰': 0.1, '1': 100, ppm: 1e-4, ppb: 1e-7 },
  { '°': 1, rad: 180 / Math.PI },
  { N: 1, kN: 1e3 },
  { N·m: 1, Nm: 1 },
  { dBm: 1 },
  { dB: 1 },
  { lx: 1, klx: 1e3 },
  { 'µg/m³': 1, 'mg/m³': 1e3, 'g/m³': 1e6 },
  { 'W/m²': 1 },
  { 'µS/cm': 1, 'mS/cm': 1e3, 'S/m': 1e4 },
  { pH: 1 },
];

/** Further spellings, in lower case, that people and devices use. */
const spellings: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries({
    '°C': 'c ℃ degc deg_c °c celsius cel degrees_celsius',
    '°F': 'f ℉ degf deg_f °f fahrenheit [degf]',
    K: 'kelvin degk',
    '%': 'percent pct %rh rh %_rh',
    Ω: 'ohm ohms Ω',
    kΩ: 'kohm kΩ',
    MΩ: 'megohm',
    µm: 'um μm micron',
    µs: 'us μs',
    µV: 'uv μv',
    µA: 'ua μa',
    'µg/m³': 'ug/m3 μg/m³ ug/m³ µg/m3 μg/m3',
    'm³': 'm3 cbm',
    'm³/h': 'm3/h cbm/h m3h',
    'm³/s': 'm3/s',
    'm³/min': 'm3/min',
    'l/min': 'lpm',
    'l/h': 'lph',
    l: 'liter litre liters litres',
    'ft³': 'ft3 cf',
    'm/s²': 'm/s2 m/s^2',
    'mm/s²': 'mm/s2',
    gn: 'g-force gee',
    rpm: 'r/min u/min rev/min',
    '1/min': '/min',
    'km/h': 'kmh kph',
    kn: 'kt knot knots',
    psi: 'psig lbf/in²',
    var: 'var vars',
    s: 'sec second seconds',
    min: 'minute minutes',
    h: 'hr hour hours',
    d: 'day days',
    '°': 'deg degree degrees',
    lx: 'lux',
    'W/m²': 'w/m2',
    'µS/cm': 'us/cm μs/cm',
    N·m: 'n.m n*m',
    V: 'volt volts',
    A: 'amp amps ampere',
    W: 'watt watts',
    Hz: 'hertz',
    kWh: 'kw.h',
    Wmin: 'w-min wattminute watt-minute',
  }).flatMap(([unit, texts]) => texts.split(' ').map((text) => [text, unit])),
);

const all = new Map(quantities.flatMap((quantity) => Object.keys(quantity).map((unit) => [unit, quantity])));
const byLowerCase = new Map<string, string | null>();
for (const unit of all.keys()) {
  const lower = unit.toLowerCase();
  byLowerCase.set(lower, byLowerCase.has(lower) ? null : unit); // mW is not MW
}

/**
 * Returns a unit as this file knows it, however people or UCUM write it; undefined if it is none. Upper and lower case
 * count only where they distinguish two units.
 */
export function unitNamed(text: string): string | undefined {
  const trimmed = text.trim().replaceAll('μ', 'µ');
  const ucum = unitText(trimmed);
  for (const spelt of [trimmed, ucum]) if (all.has(spelt)) return spelt;
  const lower = trimmed.toLowerCase().replaceAll(' ', '_');
  return spellings[lower] ?? byLowerCase.get(lower) ?? undefined;
}

/** A conversion: `value × factor + offset`. */
export interface Conversion {
  factor: number;
  offset: number;
}

const same: Conversion = { factor: 1, offset: 0 };

/** Returns the conversion between two units; null if they are of different quantities, or one of them is not known. */
export function conversion(from: string, to: string): Conversion | null {
  if (from.trim() === to.trim()) return same;
  const [one, other] = [unitNamed(from), unitNamed(to)];
  if (one === undefined || other === undefined) return null;
  if (one === other) return same;
  const quantity = all.get(one)!;
  if (!(other in quantity)) return null;
  const [a, b] = partsOf(quantity[one]!);
  const [c, d] = partsOf(quantity[other]!);
  return { factor: a / c, offset: (b - d) / c };
}

function partsOf(unit: Quantity[string]): readonly [number, number] {
  return typeof unit === 'number' ? [unit, 0] : unit;
}

/** Converts a value, without digits that only the computation has. */
export function converted(value: number, { factor, offset }: Conversion): number {
  if (factor === 1 && offset === 0) return value;
  return Number((value * factor + offset).toPrecision(12));
}
