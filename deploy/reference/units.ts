/** Units are part of the settings' names (`timeoutMs`, `bytesMax`): the reference writes them out. */

const units: [word: string, unit: string][] = [
  ['Ms', 'milliseconds'],
  ['Bytes', 'bytes'],
  ['MiB', 'MiB'],
  ['Hours', 'hours'],
  ['Days', 'days'],
  ['PerMinute', 'per minute'],
];

/** The unit that a setting's name tells, or undefined. */
export function unitOf(name: string): string | undefined {
  const word = name.charAt(0).toUpperCase() + name.slice(1);
  return units.find(([unit]) => new RegExp(`${unit}(?=[A-Z]|$)`).test(word))?.[1];
}

const scales: Record<string, [factor: number, name: string][]> = {
  milliseconds: [
    [86_400_000, 'days'],
    [3_600_000, 'h'],
    [60_000, 'min'],
    [1_000, 's'],
  ],
  bytes: [
    [2 ** 30, 'GiB'],
    [2 ** 20, 'MiB'],
    [2 ** 10, 'KiB'],
  ],
};

/** 60_000 milliseconds → `1 min`; undefined where no larger unit divides it evenly. */
export function inLargerUnit(value: number, unit: string | undefined): string | undefined {
  const scale = (scales[unit ?? ''] ?? []).find(([factor]) => value >= factor && value % factor === 0);
  if (!scale) return undefined;
  const [factor, name] = scale;
  return `${value / factor} ${value === factor && name === 'days' ? 'day' : name}`;
}

/** Writes a number with TOML's separators: 604800000 → `604_800_000`. */
export function digits(value: number): string {
  const [whole, fraction] = String(value).split('.');
  const grouped = whole!.length > 4 ? whole!.replace(/\B(?=(\d{3})+$)/g, '_') : whole!;
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}
