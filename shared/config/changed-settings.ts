/**
 * Returns the settings that differ between two configurations, by their keys: `broker.users`, `uplink.url`. Lists count as one
 * setting. Values are not among them, as they may be secrets.
 */
export function changedSettings(before: unknown, after: unknown, place = ''): string[] {
  if (!isTable(before) || !isTable(after))
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [place];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return keys.flatMap((key) =>
    changedSettings(before[key], after[key], place === '' ? key : `${place}.${key}`),
  );
}

const isTable = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
