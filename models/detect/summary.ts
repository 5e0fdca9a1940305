import type { DetectSummary } from './detect.ts';
import type { Episode } from './episodes.ts';
import { plain } from './row-scorer.ts';

const episodesShown = 10;

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
    ...episodeLines(summary),
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

function scoreLines({ rowsAtLimit, onsets, scoreMax, rowsChanged, modes }: DetectSummary): string[] {
  const highest = `the highest score is ${scoreMax.toFixed(3)}`;
  const differ = `${number(rowsAtLimit, 'row')} ${rowsAtLimit === 1 ? 'differs' : 'differ'} from what is normal (anomaly_score 0.5 or more)`;
  return [
    ...(modes > 1 ? [`${modes} modes`] : []),
    rowsAtLimit === 0
      ? `no row differs from what is normal (anomaly_score 0.5 or more); ${highest}`
      : `${differ}; ${highest}`,
    `something rare begins (onset_score 0.5 or more) in ${onsets === 0 ? 'no row' : number(onsets, 'row')}`,
    ...(rowsChanged > 0
      ? [`changed: ${number(rowsChanged, 'row')} normal by what has lasted, which nobody has confirmed`]
      : []),
  ];
}

/** The episodes, the worst first and not more than can be read. */
function episodeLines({ episodes, episodeCount }: DetectSummary): string[] {
  if (episodeCount === 0) return [];
  const worst = [...episodes].sort((a, b) => b.worst - a.worst).slice(0, episodesShown);
  const rest = episodeCount - worst.length;
  return [
    `${number(episodeCount, 'episode')}${rest > 0 ? `, the ${worst.length} farthest from normal:` : ':'}`,
    ...worst.map((episode) => `  ${episodeLine(episode)}`),
  ];
}

function episodeLine({ firstRow, lastRow, from, to, worst, mode, sensors }: Episode): string {
  const rows = firstRow === lastRow ? `row ${firstRow}` : `rows ${firstRow} to ${lastRow}`;
  const times = from === '' ? '' : from === to ? ` (${from})` : ` (${from} to ${to})`;
  const why = sensors.map(
    ({ name, value, low, high }) =>
      `${name} ${Number.isNaN(value) ? 'absent' : plain(value)}, usually ${plain(low)} to ${plain(high)}`,
  );
  return `${rows}${times}: ${worst.toFixed(2)}${mode === null ? '' : `, mode ${mode}`}; ${why.join('; ')}`;
}
