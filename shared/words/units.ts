/**
 * Units as people write them. Machine types have them in UCUM notation (`Cel`, `r/min`), which receivers of data rely on;
 * a technician reads `°C` and `rpm`. A unit that is not here is written as it is.
 */
const written: Readonly<Record<string, string>> = {
  '1': '',
  Cel: '°C',
  '[degF]': '°F',
  degF: '°F',
  '[degR]': '°R',
  deg: '°',
  'r/min': 'rpm',
  '{rpm}': 'rpm',
  '{rev}/min': 'rpm',
  '{rev}/s': '1/s',
  '/min': '1/min',
  'm3/h': 'm³/h',
  'm3/s': 'm³/s',
  'm3/min': 'm³/min',
  'L/min': 'l/min',
  'm/s2': 'm/s²',
  'mm/s2': 'mm/s²',
  mm2: 'mm²',
  m2: 'm²',
  m3: 'm³',
  um: 'µm',
  us: 'µs',
  uV: 'µV',
  uA: 'µA',
  Ohm: 'Ω',
  kOhm: 'kΩ',
  MOhm: 'MΩ',
  'N.m': 'N·m',
  'kW.h': 'kWh',
  'W.h': 'Wh',
  'A.h': 'Ah',
  '[psi]': 'psi',
  '[g]': 'g',
  '[ft_i]': 'ft',
  '[kft_i]': 'kft',
  '[lb_av]/s': 'lb/s',
  '[in_i]': 'in',
  '[lb_av]': 'lb',
  'kg/m3': 'kg/m³',
  'g/m3': 'g/m³',
  'ug/m3': 'µg/m³',
  '[ppm]': 'ppm',
  'dB[SPL]': 'dB',
};

/** `°C` for `Cel`; empty for a pure number. */
export function unitText(unit: string): string {
  return Object.hasOwn(written, unit) ? written[unit]! : unit;
}

/** Text that follows a number: ` °C`, `°`, or nothing for a pure number. */
export function unitAfter(unit: string): string {
  const text = unitText(unit);
  return text === '' || text === '°' ? text : ` ${text}`;
}
