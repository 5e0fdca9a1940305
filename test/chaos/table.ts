import type { ChaosReport, StoreReport } from './chaos.ts';

/** The report as text: each kind of fault, how often it was caused, and with which outcome. */
export function tableOf(report: ChaosReport): string {
  const parts = report.stores.map((store) => storeTable(store));
  parts.push(...report.untested);
  const isWhole = report.untested.length === 0 && report.stores.every(({ rounds }) => rounds.length > 0);
  const sound = isWhole ? 'Nothing failed.' : 'Nothing failed in what was tested.';
  const verdict = report.problems === 0 ? sound : `${report.problems} PROBLEMS.`;
  return `\n${parts.join('\n\n')}\n\n${verdict} Seed ${report.seed}.`;
}

function storeTable({
  store,
  disks,
  rounds,
  roundsAsked,
  finalProblems,
  skipped,
  comparedConnections,
}: StoreReport): string {
  const sum = (of: (round: StoreReport['rounds'][number]) => number) =>
    rounds.reduce((total, round) => total + of(round), 0).toLocaleString('en');
  const kinds = [...new Set(rounds.flatMap((round) => round.kinds))].sort();
  const rows = kinds.map((kind) => {
    const own = rounds.filter((round) => round.kinds.includes(kind));
    const failed = own.filter(({ problems }) => problems.length > 0);
    const outcome =
      failed.length === 0 ? 'ok' : `FAILED in round ${failed.map(({ number }) => number).join(', ')}`;
    return `  ${kind.padEnd(30)} ${String(own.length).padStart(5)}   ${outcome}`;
  });
  return [
    `${store} (disks: ${disks}): ${roundsText(rounds.length, roundsAsked)}, ${sum(({ acked }) => acked)} readings acknowledged, ` +
      `${sum(({ lost }) => lost)} lost, ${sum(({ storedTwice }) => storedTwice)} stored twice; ` +
      `${sum(({ resent }) => resent)} sent again, ${sum(({ lostToDamage }) => lostToDamage)} lost to damaged blocks and ` +
      `reported, ${sum(({ lostToFalseSync }) => lostToFalseSync)} to a disk that confirmed a sync it did not do, ` +
      `${sum(({ droppedByPolicy }) => droppedByPolicy)} dropped by policy and counted; events went before ` +
      `readings on ${comparedConnections} connections`,
    `  ${'fault'.padEnd(30)} ${'times'.padStart(5)}   outcome`,
    ...rows,
    ...skippedLine(skipped),
    ...finalProblems.map((problem) => `  ! ${problem}`),
  ].join('\n');
}

/** One line that says how many kinds of faults were not possible here, by reason. */
function skippedLine(skipped: StoreReport['skipped']): string[] {
  const counts = new Map<string, number>();
  for (const { why } of skipped) counts.set(why, (counts.get(why) ?? 0) + 1);
  const reasons = [...counts].map(([why, count]) => `${count} (${why})`);
  return reasons.length === 0 ? [] : [`  kinds of fault that were skipped: ${reasons.join(', ')}`];
}

function roundsText(done: number, asked: number): string {
  return done < asked ? `${done} of ${asked} rounds` : `${done} rounds`;
}
