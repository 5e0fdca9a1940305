/** `harbinger top`: the most urgent machines of a cloud, in a terminal, as they are now. */
import type { Command } from 'commander';
import { sleep, systemClock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import { findEndpoint } from '../http-client.ts';
import { positive, type ReachOptions, stopSignal, withReach } from '../options.ts';
import { printable } from '../output.ts';
import {
  askOverview,
  byUrgency,
  machineHeader,
  machineRow,
  type Overview,
  summaryLines,
} from './overview.ts';

/** Switches to the other screen of a terminal, and back to what was there before. */
const enter = '\u001b[?1049h\u001b[?25l';
const leave = '\u001b[?25h\u001b[?1049l';
const home = '\u001b[H\u001b[2J';

export function addTop(program: Command): void {
  withReach(program.command('top'), 'cloud')
    .description(
      'show the most urgent machines of a cloud in the terminal, anew every few seconds, until Ctrl-C',
    )
    .option('--every <seconds>', 'seconds between two looks', positive, 2)
    .addHelpText('after', '\nExamples:\n  harbinger top\n  harbinger top --every 10\n')
    .action(async (options: ReachOptions & { every: number }) => {
      if (options.json || process.stdout.isTTY !== true)
        throw new HarbingerError(
          'USAGE',
          'cli',
          'top needs a terminal to draw in; `harbinger status` prints once, also as JSON',
        );
      await show(options);
    });
}

async function show(options: ReachOptions & { every: number }): Promise<void> {
  const endpoint = findEndpoint('cloud', options);
  // The first answer before the screen is taken: an error stays in sight.
  let latest = await askOverview(endpoint);
  const signal = stopSignal();
  const { stdout } = process;
  stdout.write(enter);
  try {
    for (let problem = ''; !signal.aborted; ) {
      stdout.write(home + screenOf(latest, { rows: stdout.rows, columns: stdout.columns, problem }));
      await sleep(systemClock, options.every * 1_000, signal);
      if (signal.aborted) return;
      try {
        latest = await askOverview(endpoint);
        problem = '';
      } catch (error) {
        problem = messageOf(error);
      }
    }
  } finally {
    stdout.write(leave);
  }
}

interface Screen {
  rows: number;
  columns: number;
  /** Why the latest look failed; empty if it did not. */
  problem: string;
}

/** Lines of at most the width of a terminal, as many as it has. */
export function screenOf(overview: Overview, { rows, columns, problem }: Screen): string {
  const { nowMs } = overview.status;
  const head = [
    ...summaryLines(overview),
    problem === '' ? '' : `what is shown is old: ${printable(problem, 200)}`,
  ];
  const room = Math.max(1, rows - head.length - 3);
  const shown = byUrgency(overview.machines).slice(0, room);
  const table = [machineHeader, ...shown.map((each) => machineRow(each, nowMs))];
  const widths = machineHeader.map((_, i) => Math.max(...table.map((row) => row[i]!.length)));
  const lines = table.map((row) => row.map((cell, i) => cell.padEnd(widths[i]!)).join('  '));
  const left = overview.machines.length - shown.length;
  const more = left > 0 ? [`and ${left} more`] : [];
  return [...head, ...lines, ...more].map((line) => line.slice(0, columns).trimEnd()).join('\n');
}
