/** `harbinger retention`: what the cloud keeps, what it has deleted, and when its bound is reached. */
import type { Command } from 'commander';
import type { RetentionReport, RetentionState } from '../../../cloud/ports/retention/retention.ts';
import { exitCodes } from '../exit-codes.ts';
import { findEndpoint, request } from '../http-client.ts';
import { type ReachOptions, withReach } from '../options.ts';
import { printable, printJson, printTable } from '../output.ts';
import { shownBytes } from '../shown-bytes.ts';
import { timeInLine } from '../shown-times.ts';

export function addRetention(program: Command): void {
  const group = program.command('retention').description('what the cloud keeps, and for how long: show, run');

  withReach(group.command('show', { isDefault: true }), 'cloud')
    .description('how much is stored, what was deleted last, and when the bound is reached')
    .action(async (options: ReachOptions) => {
      const state = (await request(
        findEndpoint('cloud', options),
        'GET',
        '/api/retention',
      )) as RetentionState;
      if (options.json) printJson(state);
      else
        process.stdout.write(
          linesOf(state)
            .map((line) => `${line}\n`)
            .join(''),
        );
    });

  withReach(group.command('run'), 'cloud')
    .description('delete and thin now what is old by the rules in [jobs.retention]')
    .option('--dry-run', 'only say what would be deleted and thinned')
    .addHelpText(
      'after',
      `
It ends after half a minute at the latest, and the job goes on with the rest at its next time; the exit code is 1 then.
`,
    )
    .action(async (options: ReachOptions & { dryRun?: boolean }) => {
      const body = { dryRun: options.dryRun === true };
      const endpoint = findEndpoint('cloud', options);
      const report = (await request(endpoint, 'POST', '/api/retention/run', body)) as RetentionReport;
      if (options.json) printJson(report);
      else {
        const { clockWaitsMs } = (await request(endpoint, 'GET', '/api/retention')) as RetentionState;
        printReport(report);
        if (clockWaitsMs > 0) process.stdout.write(`${clockLine(clockWaitsMs)}\n`);
      }
      if (!report.isComplete) process.exitCode = exitCodes.failed;
    });
}

function linesOf(state: RetentionState): string[] {
  const { space, boundBytes, whenFull, daysToBound, clockWaitsMs, last } = state;
  if (!state.isSupported) return ['this store deletes nothing for Harbinger: use its own means'];
  const lines: string[] = [];
  if (space)
    lines.push(
      `readings take ${shownBytes(space.usedBytes)}; the store takes ${shownBytes(space.diskBytes)} of a disk of ${shownBytes(space.diskSizeBytes)}`,
    );
  if (boundBytes !== null) {
    const then = whenFull === 'refuse' ? 'then nothing new is stored' : 'then the oldest are deleted';
    const soon =
      daysToBound === null ? '' : `, reached in about ${daysToBound.toFixed(daysToBound < 10 ? 1 : 0)} days`;
    lines.push(`the bound is ${shownBytes(boundBytes)}${soon}; ${then}`);
  }
  if (clockWaitsMs > 0) lines.push(clockLine(clockWaitsMs));
  if (!last) return [...lines, 'no pass has been made yet'];
  lines.push(`last pass ${timeInLine(last.atMs)}, ${last.durationMs} ms: ${summaryOf(last)}`);
  return [...lines, ...last.notes.map((note) => printable(note, 300))];
}

function summaryOf({ measurements, records = [], returnedBytes, isComplete }: RetentionReport): string {
  const sum = (of: (each: RetentionReport['measurements'][number]) => number) =>
    measurements.reduce((total, each) => total + of(each), 0);
  const deleted = sum((each) => each.deleted + each.deletedForSpace);
  const thinned = sum(({ thinned: count }) => count);
  const means = sum(({ means: count }) => count);
  const parts = [`${deleted} deleted`, `${thinned} thinned to ${means} means`];
  if (returnedBytes > 0) parts.push(`${shownBytes(returnedBytes)} given back`);
  for (const { kind, deleted: count } of records) parts.push(`${count} of ${kind} deleted`);
  if (!isComplete) parts.push('not finished: the next pass goes on');
  return parts.join(', ');
}

function printReport(report: RetentionReport): void {
  if (report.measurements.length > 0)
    printTable([
      ['measurement', 'deleted', 'deleted for space', 'thinned', 'to means'],
      ...report.measurements.map(({ measurement, deleted, deletedForSpace, thinned, means }) => [
        printable(measurement, 40),
        ...[deleted, deletedForSpace, thinned, means].map(String),
      ]),
    ]);
  const prefix = report.isDryRun ? 'nothing was changed; it would be: ' : '';
  process.stdout.write(`${prefix}${summaryOf(report)}\n`);
  for (const note of report.notes) process.stdout.write(`${printable(note, 300)}\n`);
}

function clockLine(waitsMs: number): string {
  return `nothing is deleted by age until the clock has been the same for another ${hours(waitsMs)}`;
}

function hours(ms: number): string {
  return ms < 3_600_000 ? `${Math.ceil(ms / 60_000)} min` : `${(ms / 3_600_000).toFixed(1)} h`;
}
