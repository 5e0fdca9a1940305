import { perYear, shortfalls } from './goal.ts';
import type { FalseAlert, TellingVerdict, YearVerdict } from './judge.ts';

const minuteMs = 60_000;

/** A span of time in the unit that fits it. */
export function spanText(ms: number): string {
  const minutes = ms / minuteMs;
  if (Math.abs(minutes) < 100) return `${Math.round(minutes)} min`;
  if (Math.abs(minutes) < 100 * 60) return `${Math.round(minutes / 60)} h`;
  return `${Math.round(minutes / 1_440)} d`;
}

function groupBy<T>(items: readonly T[], key: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return groups;
}

const cell = (text: string) => text.replaceAll('|', '\\|');
const row = (cells: readonly (string | number)[]) =>
  `| ${cells.map((each) => cell(String(each))).join(' | ')} |`;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

/** One line for each kind of event: how often it was told in time, when, in which words, and whether that ended. */
function eventRow(kind: string, tellings: readonly TellingVerdict[]): string {
  const told = tellings.filter(({ outcome }) => outcome === 'told');
  const late = tellings.filter(({ outcome }) => outcome === 'late').length;
  const missed = tellings.filter(({ outcome }) => outcome === 'missed').length;
  const after = tellings.flatMap(({ toldMs, fromMs }) => (toldMs === null ? [] : [toldMs - fromMs]));
  const ended = tellings.filter(({ endedInTime }) => endedInTime).length;
  const chatter = tellings.reduce((sum, telling) => sum + telling.chatter, 0);
  const words = tellings.find(({ text }) => text !== null)?.text ?? '–';
  const place = tellings[0]!.where;
  return row([
    kind,
    place,
    `${told.length} of ${tellings.length}`,
    late,
    missed,
    after.length === 0 ? '–' : spanText(median(after)),
    `${ended} of ${tellings.length}`,
    chatter,
    words.length > 180 ? `${words.slice(0, 180)} …` : words,
  ]);
}

function falseRow(circumstance: string, alerts: readonly FalseAlert[]): string {
  const modes = [...new Set(alerts.map(({ failureMode }) => failureMode))].join(', ');
  const machines = [...new Set(alerts.map(({ machine }) => machine))].join(', ');
  return row([circumstance, alerts.length, modes, machines, alerts[0]!.text.slice(0, 180)]);
}

/** The report as Markdown. */
export function reportText(years: readonly YearVerdict[]): string {
  const tellings = years.flatMap((year) => year.tellings);
  const falseAlerts = years.flatMap((year) => year.falseAlerts);
  const { falseAlerts: rate, notifications } = perYear(years);
  const sum = (of: (year: YearVerdict) => number) => years.reduce((total, year) => total + of(year), 0);
  const wrong = sum(({ badges }) => badges.wrongHours);
  const ok = sum(({ badges }) => badges.okHours);
  const byKind = groupBy(tellings, ({ kind, where }) => `${kind}/${where}`);
  const byCircumstance = groupBy(falseAlerts, ({ circumstance }) => circumstance);
  const missing = shortfalls(years);
  return [
    row([
      'what happened',
      'to be told',
      'in time',
      'late',
      'missed',
      'after (median)',
      'ended in time',
      'too many',
      'first words',
    ]),
    row(Array.from({ length: 9 }, () => '---')),
    ...[...byKind.values()].map((group) => eventRow(group[0]!.kind, group)).sort(),
    '',
    row(['told without cause', 'alerts', 'as', 'machines', 'for example']),
    row(Array.from({ length: 5 }, () => '---')),
    ...[...byCircumstance]
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([circumstance, alerts]) => falseRow(circumstance, alerts)),
    '',
    `Seeds ${years.map(({ seed }) => seed).join(', ')}: ${tellings.length} things to tell, ` +
      `${tellings.filter(({ outcome }) => outcome === 'told').length} told in time; ` +
      `${falseAlerts.length} alerts without cause (${rate.toFixed(1)} a machine and year); ` +
      `${Math.round(notifications)} notifications a plant and year; ` +
      `a badge said OK in ${ok} of ${wrong} hours in which it was not (${percent(ok, wrong)}).`,
    '',
    ...okLines(years),
    ...(missing.length === 0
      ? ['The goal is met.']
      : ['The goal is missed:', ...missing.map((line) => `- ${line}`)]),
    '',
  ].join('\n');
}

/** During which events badges said OK, and in how many hours of machines. */
function okLines(years: readonly YearVerdict[]): string[] {
  const hours = new Map<string, number>();
  for (const { badges } of years)
    for (const [kind, count] of Object.entries(badges.okByKind))
      hours.set(kind, (hours.get(kind) ?? 0) + count);
  const listed = [...hours].sort(([, a], [, b]) => b - a).map(([kind, count]) => `${kind} ${count}`);
  return listed.length === 0 ? [] : [`Hours of such badges: ${listed.join(', ')}.`, ''];
}

function percent(part: number, whole: number): string {
  return whole === 0 ? '–' : `${Math.round((100 * part) / whole)} %`;
}

/** Each thing that was not told as it should have been, for who looks for the reason. */
export function failureLines(years: readonly YearVerdict[]): string[] {
  const time = (ms: number | null) =>
    ms === null || !Number.isFinite(ms) ? '–' : new Date(ms).toISOString().slice(0, 16);
  return years.flatMap(({ seed, tellings }) =>
    tellings
      .filter(
        ({ outcome, endedInTime, criticalInTime, chatter }) =>
          outcome !== 'told' || !endedInTime || criticalInTime === false || chatter > 0,
      )
      .map((telling) => {
        const faults = [
          telling.outcome !== 'told' && telling.outcome,
          telling.criticalInTime === false && 'not critical in time',
          !telling.endedInTime && 'not ended in time',
          telling.chatter > 0 && `${telling.opened} alerts`,
        ].filter((fault) => fault !== false);
        const { kind, about, where, fromMs, latestMs, toldMs, endedMs } = telling;
        return (
          `seed ${seed}: ${kind} at ${about} (${where}): ${faults.join(', ')}; began ${time(fromMs)}, due ${time(latestMs)}, ` +
          `told ${time(toldMs)}, ended ${time(endedMs)}`
        );
      }),
  );
}
