import type { DetectSummary } from './detect.ts';

const list = (names: readonly string[]) =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, …` : names.join(', ');

/** The result as lines for a person. */
export function summaryLines(summary: DetectSummary): string[] {
  const { times, passedOn, sensors } = summary;
  const counted = [
    [summary.missingCells, 'empty cells'],
    [summary.badCells, 'cells with text in a column of numbers'],
    [summary.raggedRows, 'rows longer or shorter than the header'],
    [times.withoutTime, 'rows without a valid time'],
    [times.duplicates, 'rows with the time of the row before'],
    [times.unordered, 'rows older than one before them'],
    [times.gaps, 'gaps in time'],
  ] as const;
  const odd = counted.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  const labels = passedOn.filter(({ why }) => why === 'label').map(({ name }) => name);
  const others = passedOn.filter(({ why }) => why !== 'label').map(({ name, why }) => `${name} (${why})`);
  return [
    `${summary.rows} rows, ${sensors.length} sensor(s): ${list(sensors)}`,
    summary.timeColumn === null
      ? 'no time column: no daily or weekly pattern is learnt'
      : `times from '${summary.timeColumn}'`,
    ...(labels.length > 0 ? [`labels, never used as inputs: ${list(labels)}`] : []),
    ...(others.length > 0 ? [`passed on, not used: ${list(others)}`] : []),
    ...(odd.length > 0 ? [`counted: ${odd.join('; ')}`] : []),
    `${summary.rowsAtLimit} rows score 0.5 or more (at the limit of normal), of them ${summary.onsets} where something rare begins (0.7 or more); highest ${summary.scoreMax.toFixed(3)}`,
    `written to ${summary.out} in ${summary.seconds.toFixed(1)} s (${summary.rowsPerSecond} rows a second)`,
  ];
}
