import type { AlertContent } from '../contract/alert-content.ts';
import type { ConditionData } from '../contract/condition.ts';
import type { Prediction } from '../contract/events.ts';
import { type DigestData, digestExamplesMax, type SummedUp } from '../notifiers/digest.ts';

/** An alert that a digest tells, and what was last known of it. */
export type Member = Summary & {
  gateway: string;
  alertId: string;
  isOpen: boolean;
  updatedAt: string;
};

export type Summary =
  | { prediction: Pick<Prediction, 'site' | 'machine' | 'failureMode' | 'severity'> }
  | { condition: Pick<ConditionData, 'condition' | 'about' | 'severity'> };

/** The part of an alert's content that a digest tells. */
export function summaryOf(content: AlertContent): Summary {
  if ('condition' in content) {
    const { condition, about, severity } = content.condition;
    return { condition: { condition, about, severity } };
  }
  const { site, machine, failureMode, severity } = content.prediction;
  return { prediction: { site, machine, failureMode, severity } };
}

/** Alerts that are only counted, because there are too many. */
export type Counts = Pick<DigestData, 'open' | 'resolved'>;

/** Returns what a digest says of its alerts. */
export function digestData(
  digest: { sinceMs: number; counted: Counts },
  members: readonly Member[],
): DigestData {
  const open = members.filter(({ isOpen }) => isOpen);
  const isCritical = (member: Member) => severityOf(member) === 'critical';
  const critical = open.filter(isCritical);
  const bySite = new Map<string, number>();
  for (const member of open) {
    if (!('prediction' in member)) continue;
    const { site } = member.prediction;
    bySite.set(site, (bySite.get(site) ?? 0) + 1);
  }
  const sites = [...bySite].sort(([a, n], [b, m]) => m - n || (a < b ? -1 : 1));
  const ranked = [
    ...critical,
    ...open.filter((member) => !isCritical(member)),
    ...members.filter(({ isOpen }) => !isOpen),
  ];
  return {
    since: new Date(digest.sinceMs).toISOString(),
    open: open.length + digest.counted.open,
    critical: critical.length,
    resolved: members.length - open.length + digest.counted.resolved,
    sites: sites.slice(0, digestExamplesMax).map(([site, count]) => ({ site, open: count })),
    examples: ranked.slice(0, digestExamplesMax).map(summedUp),
  };
}

function severityOf(member: Summary): 'warning' | 'critical' {
  return 'condition' in member ? member.condition.severity : member.prediction.severity;
}

function summedUp(member: Member): SummedUp {
  const { gateway, alertId, isOpen } = member;
  const common = {
    alertId,
    gateway,
    severity: severityOf(member),
    state: isOpen ? 'open' : 'resolved',
  } as const;
  if ('condition' in member) {
    const { condition, about } = member.condition;
    return { ...common, condition, about };
  }
  const { site, machine, failureMode } = member.prediction;
  return { ...common, site, machine, failureMode };
}
