import type { Comparison, Variant } from '../../../../cloud/api/models/compare.ts';
import type { ModelsCompared } from '../../../../shared/contract/models/compared.ts';
import { shareText } from '../../../../shared/statistics/wilson.ts';
import { printable } from '../../output.ts';
import { timeInLine } from '../../shown-times.ts';

const roles: Record<string, string> = {
  shadow: 'runs beside',
  ab: 'judges a share of the machines beside',
  guard: 'judges, and is guarded by',
};
const number = (value: number, digits = 1) => String(Number(value.toFixed(digits)));

export function comparisonText({
  figures,
  gateways,
  agreement,
  candidate,
  against,
  machineMonthsNeeded,
}: Comparison): string {
  const { role, machineType, machines, readings, since, failures, dropped } = figures;
  const title = `${figures.candidate} ${roles[role] ?? role} ${figures.against}, machines of type ${machineType}`;
  const causes = Object.entries(failures).map(([cause, count]) => `${cause} ${count}`);
  const lines = [
    `${machines} ${machines === 1 ? 'machine' : 'machines'}, ${readings} readings, since ${timeInLine(Date.parse(since))}, at ${gateways.join(', ')}`,
    ...(agreement ? [`say the same, to warn or not: ${shareText(agreement)}`] : []),
    ...(role === 'ab' ? [] : besideText(figures)),
    ...(causes.length > 0 ? [`readings without an answer: ${causes.join(', ')}`] : []),
    ...(dropped > 0 ? [`readings that waited too long: ${dropped}`] : []),
    ...[candidate, against].flatMap(variantText),
    ...(role === 'ab' ? [neededText(machineMonthsNeeded)] : []),
  ];
  return `${printable(title, 300)}\n${lines.map((line) => `  ${printable(line, 400)}\n`).join('')}`;
}

function besideText({ alerts, vain, failed, difference }: ModelsCompared): string[] {
  return [
    `warnings of a remaining life: both ${alerts.both}, the candidate alone ${alerts.raised}, the other alone ${alerts.spared}`,
    ...(vain && vain.raised + vain.spared > 0
      ? [
          `of these ended without a failure: of the candidate alone ${vain.raised}, of the other alone ${vain.spared}`,
        ]
      : []),
    ...(failed.count > 0
      ? [
          `failures: ${failed.count}; both had warned of ${failed.both}, the candidate alone of ${failed.onlyCandidate}, the other alone of ${failed.onlyOther}`,
        ]
      : []),
    ...(difference
      ? [
          `remaining life of the candidate less the other’s: ${number(difference.mean)} on average, ${number(difference.meanAbsolute)} apart`,
        ]
      : []),
  ];
}

function variantText({ model, machineMonths, latencyMs, outcomes, wrong }: Variant): string[] {
  const ms = (value: number | null) => (value === null ? '–' : `${number(value, 0)} ms`);
  const speed =
    latencyMs.median === null
      ? ''
      : `; answers within ${ms(latencyMs.median)} (half) and ${ms(latencyMs.p99)} (99 %)`;
  const right = outcomes?.precision ? [`warnings confirmed: ${shareText(outcomes.precision)}`] : [];
  const found = outcomes?.recall ? [`failures announced: ${shareText(outcomes.recall)}`] : [];
  const rate =
    wrong && wrong.count > 0
      ? [
          `wrong ${number(wrong.value, 2)} times a machine-month (${number(wrong.low, 2)} to ${number(wrong.high, 2)})`,
        ]
      : [];
  return [
    [`${model}: ${number(machineMonths, 2)} machine-months${speed}`, ...right, ...found, ...rate].join('; '),
  ];
}

function neededText(needed: number | null): string {
  if (needed === null) return 'nothing is known yet in which they differ';
  return needed === 0
    ? 'the difference means something: enough was judged'
    : `before a difference as great as this means anything, each must judge ${number(needed, 1)} machine-months more`;
}
