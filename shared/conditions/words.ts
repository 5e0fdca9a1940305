/** Returns a time as people of the computer's zone write it, with the zone. */
export function timeSaid(ms: number): string {
  const date = new Intl.DateTimeFormat('en-GB', {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZoneName: 'short',
  });
  return date.format(ms).replace(',', '');
}

const spans: readonly [ms: number, word: string][] = [
  [86_400_000, 'day'],
  [3_600_000, 'hour'],
  [60_000, 'minute'],
  [1_000, 'second'],
];

/** Returns a length of time in its largest whole unit, such as `3 days`. */
export function spanSaid(ms: number): string {
  const [unitMs, word] = spans.find(([unitMs]) => ms >= 2 * unitMs) ?? spans.at(-1)!;
  return counted(Math.floor(ms / unitMs), word);
}

export function counted(count: number, word: string): string {
  const ending = word.endsWith('ch') ? 'es' : 's';
  return `${count} ${word}${count === 1 ? '' : ending}`;
}

export function bytesSaid(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(bytes, 1)) / 3));
  const value = bytes / 1_000 ** step;
  return `${value >= 10 || step === 0 ? Math.round(value) : value.toFixed(1)} ${units[step]}`;
}

export function percentSaid(share: number): string {
  const percent = share * 100;
  return `${percent >= 10 ? Math.round(percent) : Number(percent.toPrecision(2))} %`;
}
