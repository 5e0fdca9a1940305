import { wordsOf } from '../states.ts';

/** How sure a guess is: the name says the unit; name and range fit; or only one of them says something. */
export type Sureness = 'sure' | 'likely' | 'unsure';

export interface UnitGuess {
  /** UCUM notation; "1" for a pure number. */
  unit: string;
  /** The range that such a sensor has, in that unit. */
  min: number;
  max: number;
  sure: Sureness;
  /** Why, for people. */
  why: string;
  /** It only goes up: a meter. */
  isCounter?: boolean;
}

interface Range {
  low: number;
  high: number;
}

interface UnitRule {
  /** Looked for in the words of the name. */
  word: RegExp;
  /** Units by what the name ends with, or has as a word. */
  named?: Readonly<Record<string, string>>;
  /** Tried in order: the first whose range holds what was seen. */
  units: readonly (readonly [unit: string, min: number, max: number, seenLow: number, seenHigh: number])[];
  isCounter?: boolean;
}

/** A part of a name, which ends with it or goes on with a sign: `motor_temp`, `tempDe`, `temperature1`. */
const word = (part: string) => new RegExp(`(?:^|[_. -])(?:${part})(?=$|[_. \\-\\d])`);

/** The first that fits is taken. A quantity whose range fits none of its units has the first one, unsure. */
const rules: readonly UnitRule[] = [
  {
    word: word('temp|temperature|[a-z]*temperature|dewpoint|thermo'),
    named: {
      c: 'Cel',
      degc: 'Cel',
      celsius: 'Cel',
      f: '[degF]',
      degf: '[degF]',
      fahrenheit: '[degF]',
      k: 'K',
    },
    units: [
      ['Cel', -100, 1_500, -60, 240],
      ['K', 0, 2_000, 241, 400],
      ['Cel', -100, 2_500, -60, 1_800],
    ],
  },
  { word: word('humidity|rh|moisture'), units: [['%', 0, 100, 0, 100]] },
  {
    word: word('pressure|press|barometer'),
    named: { bar: 'bar', mbar: 'mbar', hpa: 'hPa', kpa: 'kPa', pa: 'Pa', mpa: 'MPa', psi: '[psi]' },
    units: [
      ['hPa', 0, 2_000, 850, 1_100],
      ['bar', -1, 1_000, -1, 60],
      ['kPa', -100, 100_000, 61, 700],
      ['Pa', -100_000, 100_000_000, -1_000, 10_000_000],
    ],
  },
  {
    word: word('acceleration|accel|acc'),
    named: { g: '[g]', ms2: 'm/s2' },
    units: [['m/s2', -500, 500, -500, 500]],
  },
  {
    word: word('vibration|vib|velocity|vrms|rms'),
    named: { mms: 'mm/s', mm_s: 'mm/s', g: '[g]' },
    units: [['mm/s', 0, 100, 0, 60]],
  },
  { word: word('power_?factor|cos_?phi|pf'), units: [['1', -1, 1, -1, 1]] },
  {
    word: word('energy|consumption|kwh|wh|[a-z]*_kwh'),
    named: { kwh: 'kW.h', wh: 'W.h', mwh: 'MW.h' },
    units: [['kW.h', 0, 1e12, 0, 1e12]],
    isCounter: true,
  },
  {
    word: word('current|amps?|amperage'),
    named: { a: 'A', ma: 'mA' },
    units: [['A', -10_000, 10_000, -1_000, 1_000]],
  },
  {
    word: word('voltage|volts?'),
    named: { mv: 'mV', v: 'V', kv: 'kV' },
    units: [['V', -100_000, 100_000, -1_000, 1_000]],
  },
  {
    word: word('power|load_power|watts?'),
    named: { w: 'W', kw: 'kW', mw: 'MW', watt: 'W', watts: 'W' },
    units: [
      ['kW', -1_000, 100_000, -50, 50],
      ['W', -1e8, 1e8, -1e6, 1e6],
    ],
  },
  {
    word: word('rpm|speed|rotation|revolutions'),
    named: { rpm: '{rev}/min', hz: 'Hz', ms: 'm/s', kmh: 'km/h' },
    units: [['{rev}/min', -60_000, 60_000, 60, 30_000]],
  },
  { word: word('frequency|freq|hz'), units: [['Hz', 0, 100_000, 0, 20_000]] },
  {
    word: word('flow|flow_?rate'),
    named: { lpm: 'L/min', l_min: 'L/min', m3h: 'm3/h', m3_h: 'm3/h' },
    units: [['m3/h', -100_000, 100_000, 0, -1]],
  },
  { word: word('torque|nm'), units: [['N.m', -1e6, 1e6, -10_000, 10_000]] },
  { word: word('co2|voc|tvoc|ppm'), units: [['[ppm]', 0, 100_000, 0, 40_000]] },
  { word: word('illuminance|lux|brightness'), units: [['lx', 0, 200_000, 0, 150_000]] },
  { word: word('noise|sound|spl|db'), units: [['dB', 0, 200, 0, 150]] },
  { word: word('rssi|snr|signal|linkquality'), units: [['1', -300, 1_000, -200, 300]] },
  {
    word: word('battery|soc'),
    named: { v: 'V', mv: 'mV' },
    units: [
      ['%', 0, 100, 5.1, 100],
      ['V', 0, 1_000, 0, 5],
    ],
  },
  { word: word('level|fill|valve|position|opening|duty|utili[sz]ation'), units: [['%', 0, 100, 0, 100]] },
  {
    word: word('hours|running_hours|operating_hours|runtime|run_time|uptime'),
    named: { h: 'h', s: 's', min: 'min', hours: 'h' },
    units: [['h', 0, 1e9, 0, 1e6]],
    isCounter: true,
  },
  {
    word: word('counter|count|total|cycles|strokes|pulses|pieces|parts|starts'),
    units: [['1', 0, 1e15, 0, 1e15]],
    isCounter: true,
  },
  { word: word('weight|mass'), units: [['kg', -1e6, 1e6, 0, -1]] },
  { word: word('distance|gap|displacement|thickness'), units: [['mm', -1e6, 1e6, 0, -1]] },
  { word: word('ph'), units: [['[pH]', 0, 14, 0, 14]] },
];

/** Guesses the unit of a field by its name and by what was seen of it; null if nothing says one. */
export function guessUnit(name: string, seen: Range): UnitGuess | null {
  const words = wordsOf(name);
  const rule = rules.find((each) => each.word.test(words));
  if (!rule) return null;
  const counter = rule.isCounter ? { isCounter: true } : {};
  const fits = rule.units.find(([, , , low, high]) => seen.low >= low && seen.high <= high);
  const [unit, min, max] = fits ?? rule.units[0]!;
  const named = namedUnit(words, rule.named ?? {});
  if (named !== null) {
    const known = rule.units.find(([of]) => of === named);
    const range = known ? { min: known[1], max: known[2] } : widened(seen);
    return { unit: named, ...range, sure: 'sure', why: 'its name says the unit', ...counter };
  }
  const why = fits ? 'its name and its values fit' : 'by its name alone';
  return { unit, min, max, sure: fits ? 'likely' : 'unsure', why, ...counter };
}

function namedUnit(words: string, named: Readonly<Record<string, string>>): string | null {
  const ends = Object.keys(named).sort((a, b) => b.length - a.length);
  const end = ends.find((each) => words === each || new RegExp(`[_. -]${each}$`).test(words));
  return end === undefined ? null : named[end]!;
}

/** A range far beyond what was seen, of round numbers. */
export function widened({ low, high }: Range): { min: number; max: number } {
  const farthest = Math.max(Math.abs(low), Math.abs(high), 10);
  const max = 10 ** Math.ceil(Math.log10(farthest) + 1);
  return { min: low < 0 ? -max : 0, max };
}
