import type { YearVerdict } from './judge.ts';

/** At most so many alerts without cause in a machine's year. */
export const falseAlertsMax = 1;
/** At most so many notifications in the plant's year: a handful for each event. */
export const notificationsMax = 150;

/** At most this share of the hours in which something was wrong, and due to be known, may a badge say OK. */
export const okShareMax = 0.02;

/** Returns what keeps a plant from trusting these years, one sentence each; empty if nothing does. */
export function shortfalls(years: readonly YearVerdict[]): string[] {
  const tellings = years.flatMap((year) => year.tellings);
  const count = (what: (telling: (typeof tellings)[number]) => boolean) => tellings.filter(what).length;
  const [missed, late] = [
    count(({ outcome }) => outcome === 'missed'),
    count(({ outcome }) => outcome === 'late'),
  ];
  const unended = count(({ endedInTime }) => !endedInTime);
  const mild = count(({ criticalInTime }) => criticalInTime === false);
  const chatter = years.flatMap((year) => year.tellings).reduce((sum, telling) => sum + telling.chatter, 0);
  const okShare = okShareOf(years);
  const { falseAlerts, notifications } = perYear(years);
  return [
    missed > 0 && `${missed} of ${tellings.length} things were not told`,
    late > 0 && `${late} were told too late`,
    mild > 0 && `${mild} did not become critical in time`,
    unended > 0 && `of ${unended} something had not ended in time`,
    chatter > 0 && `${chatter} alerts were opened beyond those that an event should have`,
    okShare > okShareMax &&
      `a badge said OK in ${(100 * okShare).toFixed(1)} % of the hours in which it was not; at most ${100 * okShareMax} %`,
    falseAlerts > falseAlertsMax &&
      `${falseAlerts.toFixed(1)} alerts without cause a machine and year; at most ${falseAlertsMax}`,
    notifications > notificationsMax &&
      `${Math.round(notifications)} notifications a plant and year; at most ${notificationsMax}`,
  ].filter((line) => line !== false);
}

function okShareOf(years: readonly YearVerdict[]): number {
  const sum = (of: (badges: YearVerdict['badges']) => number) =>
    years.reduce((total, { badges }) => total + of(badges), 0);
  const wrong = sum(({ wrongHours }) => wrongHours);
  return wrong === 0 ? 0 : sum(({ okHours }) => okHours) / wrong;
}

/** False alerts of a machine and notifications of a plant, in a year of 365 days. */
export function perYear(years: readonly YearVerdict[]): { falseAlerts: number; notifications: number } {
  const yearMs = 365 * 86_400_000;
  const lived = years.reduce((sum, { fromMs, toMs }) => sum + (toMs - fromMs) / yearMs, 0);
  const machineYears = years.reduce(
    (sum, { fromMs, toMs, machines }) => sum + (machines * (toMs - fromMs)) / yearMs,
    0,
  );
  return {
    falseAlerts: years.reduce((sum, year) => sum + year.falseAlerts.length, 0) / machineYears,
    notifications: years.reduce((sum, year) => sum + year.notifications, 0) / lived,
  };
}
