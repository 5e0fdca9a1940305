/** `3 machines`, `1 batch`. @param word in the singular */
export function countText(count: number, word: string): string {
  const ending = word.endsWith('ch') ? 'es' : 's';
  return `${count} ${word}${count === 1 ? '' : ending}`;
}

/** `640 kB`, `1.5 GB`: in the largest unit that gives one or more. */
export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1_000 ** step;
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

/** `12 %`, `0.45 %`. @param share 0 to 1 */
export function percentText(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}
