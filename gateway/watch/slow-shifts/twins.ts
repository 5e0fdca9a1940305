/**
 * Probes that measure the same: their names differ in a last letter or number only (`bearing_temp_a`, `bearing_temp_b`), and they move together.
 * The last word is judged by their values (slow-shifts.ts), since two tanks are called so too.
 */
const last =
  /^(.{3,}?)(?:[_\-. ](?:[a-d]|[lr]|left|right|main|spare|primary|secondary|backup|redundant|\d)|(?<!\d)\d)?$/i;
const twinsMax = 16;

/** Pairs of columns that may measure the same, neighbours by name. */
export function twinsOf(names: readonly string[]): readonly (readonly [number, number])[] {
  const groups = new Map<string, number[]>();
  names.forEach((name, column) => {
    const stem = (last.exec(name)?.[1] ?? name).toLowerCase();
    groups.set(stem, [...(groups.get(stem) ?? []), column]);
  });
  return [...groups.values()]
    .flatMap((columns) => columns.slice(1).map((column, i) => [columns[i]!, column] as const))
    .slice(0, twinsMax);
}
