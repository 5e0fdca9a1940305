/** A failed schedule and its outcome as text. */

import type { Run } from '../simulate.ts';
import type { Fault, Moment, Schedule, SensorPlan } from '../world/schedule.ts';

export function failureText(
  seed: number,
  run: Run,
  small: Schedule,
  smallRun: Run,
  traceLines: number,
): string {
  const { sensors, faults } = small;
  const lines = [
    `seed ${seed} breaks: ${run.problems[0]!.invariant}`,
    ...run.problems.slice(0, 5).map(({ invariant, detail }) => `  ${invariant}: ${detail}`),
    '',
    'the smallest schedule found that still does so:',
    `  ${small.durationMs} ms; journal of ${small.journalBytesMax} bytes, ${small.whenFull}; ` +
      `batches of ${small.batchBytesMax} bytes, ${small.inFlightMax} in flight`,
    ...sensors.map((plan, i) => `  sensor ${i}: ${sensorText(plan)}`),
    ...(faults.length === 0 ? ['  no faults'] : faults.map((fault) => `  ${faultText(fault)}`)),
    '',
    'the end of its trace:',
    ...smallRun.trace.slice(-traceLines).map((line) => `  ${line}`),
    ...smallRun.problems.slice(0, 3).map(({ invariant, detail }) => `  ✗ ${invariant}: ${detail}`),
    '',
    `to run it again: npm run simulate -- --seed ${seed} --schedules 1`,
    `or only this one: npm run simulate -- --schedule '${JSON.stringify(small)}'`,
  ];
  return lines.join('\n');
}

function sensorText(plan: SensorPlan): string {
  const shares: [string, number][] = [
    ['malformed', plan.malformedShare],
    ['rejected by the store', plan.poisonShare],
    ['lifecycle', plan.lifecycleShare],
  ];
  const parts = [
    `machine ${plan.machine}, every ${Math.round(plan.periodMs)} ms, identity ${plan.identity}`,
    `${plan.window} unacknowledged at once`,
  ];
  if (plan.lettersEach > 1) parts.push(`${plan.lettersEach} dead letters for each malformed message`);
  if (plan.seqModulo < 2 ** 31) parts.push(`counts to ${plan.seqModulo}`);
  if (plan.tsStepMs > 1) parts.push(`times in steps of ${plan.tsStepMs} ms`);
  if (plan.wide) parts.push('wide');
  for (const [what, share] of shares) if (share > 0) parts.push(`${share * 100} % ${what}`);
  return parts.join(', ');
}

function faultText(fault: Fault): string {
  const { kind, atMs, ...rest } = fault;
  const details = Object.entries(rest).map(([key, value]) =>
    key === 'moment' ? momentText(value as Moment) : `${key} ${value}`,
  );
  return `at ${atMs} ms: ${kind}${details.length > 0 ? ` (${details.join(', ')})` : ''}`;
}

function momentText(moment: Moment): string {
  return 'steps' in moment ? `after ${moment.steps} steps` : `in ${moment.operation} number ${moment.nth}`;
}
