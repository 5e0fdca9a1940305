const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** A number of bytes for people, e.g. `1.5 MB`. */
export function shownBytes(count: number): string {
  let value = count;
  let unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}
