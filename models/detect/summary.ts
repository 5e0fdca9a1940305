import type { DetectSummary } from './detect.ts';

const list = (names: readonly string[]) =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');

const number = (count: number, thing: string) => `${count} ${thing}${count === 1 ? '' : 's'}`;

/** The result as lines for a person. */
export function summaryLines(summary: DetectSummary): string[] {
  const { times, passedOn, sensors } = summary;
  const counted = [
    [summary.missingCells, 'empty cell', ''],
    [summary.badCells, 'cell', ' with text in a column of numbers'],
    [summary.raggedRows, 'row', ' longer or shorter than the header'],
    [times.withoutTime, 'row', ' without a valid time'],
    [times.duplicates, 'row', ' with the time of the row before'],
    [times.unordered, 'row', ' older than an earlier one'],
    [times.gaps, 'gap', ' in time'],
  ] as const;
  const odd = counted
    .filter(([count]) => count > 0)
    .map(([count, thing, which]) => `${number(count, thing)}${which}`);
  const labels = passedOn.filter(({ why }) => why === 'label').map(({ name }) => name);
  const others = passedOn.filter(({ why }) => why !== 'label').map(({ name, why }) => `${name} (${why})`);
  return [
    `${number(summary.rows, 'row')}, ${number(sensors.length, 'sensor')}: ${list(sensors)}`,
    summary.timeColumn === null
      ? 'no time column: no daily or weekly pattern is learnt'
      : `times from '${summary.timeColumn}'`,
    ...(labels.length > 0 ? [`labels, never used as inputs: ${list(labels)}`] : []),
    ...(others.length > 0 ? [`passed on, not used: ${list(others)}`] : []),
    ...(odd.length > 0 ? [`counted: ${odd.join('; ')}`] : []),
    ...warmupLines(summary),
    ...scoreLines(summary),
    `written to ${summary.out} in ${summary.seconds.toFixed(1)} s (${summary.rowsPerSecond} rows a second)`,
  ];
}

/** The first rows only teach the detector what is normal, so their scores say little. */
function warmupLines({ rows, warmupRows }: DetectSummary): string[] {
  if (rows > warmupRows) return [];
  const all = rows === 1 ? 'the only row lies' : `all ${rows} rows lie`;
  return [
    `${all} within the warm-up of ${warmupRows} rows, in which the detector learns what is normal, so the scores mean nothing; ` +
      'use --warmup-rows with a smaller number',
  ];
}

function scoreLines({ rowsAtLimit, onsets, scoreMax }: DetectSummary): string[] {
  const highest = `the highest score is ${scoreMax.toFixed(3)}`;
  if (rowsAtLimit === 0) return [`no row differs from what is normal (score 0.5 or more); ${highest}`];
  const differ = `${number(rowsAtLimit, 'row')} ${rowsAtLimit === 1 ? 'differs' : 'differ'} from what is normal (score 0.5 or more)`;
  const rare = `something rare begins (0.7 or more) in ${onsets === 0 ? 'none' : onsets} of them`;
  return [`${differ}; ${rare}; ${highest}`];
}
