/** Which alerts the alerts view shows: by the filters in the address. Open ones come with the live stream, ended ones are fetched. */
import { alertSaid } from '../../../../../shared/contract/alert-content.ts';
import { bySeverity, placeName } from '../../parts/alert-model.ts';
import type { Alert } from '../../wire.ts';
import { texts } from '../../words/words.ts';

export const resolvedQuery = { state: 'resolved', limit: 50 } as const;

/** So many open alerts are drawn at first, and so many more each time somebody asks for more. */
export const pageSize = 50;

export interface AlertFilter {
  /** Words that must all occur. */
  search: string;
  severity: 'critical' | 'warning' | '';
  /** `waiting`: nobody has acknowledged or shelved it; `shelved`; the name of the person who looks after it, after `@`. */
  work: string;
}

export function filterIn(parameters: URLSearchParams): AlertFilter {
  const severity = parameters.get('severity');
  return {
    search: parameters.get('q') ?? '',
    severity: severity === 'critical' || severity === 'warning' ? severity : '',
    work: parameters.get('work') ?? '',
  };
}

export const isFiltered = ({ search, severity, work }: AlertFilter): boolean =>
  search !== '' || severity !== '' || work !== '';

export function matching(alerts: readonly Alert[], filter: AlertFilter): Alert[] {
  return alerts.filter((alert) => matches(alert, filter)).sort(bySeverity);
}

function matches(alert: Alert, { search, severity, work }: AlertFilter): boolean {
  const said = alertSaid(alert);
  if (severity !== '' && said.severity !== severity) return false;
  if (work === 'waiting' && (alert.work?.acknowledged || alert.work?.shelved)) return false;
  if (work === 'shelved' && !alert.work?.shelved) return false;
  if (work.startsWith('@') && alert.work?.assignee !== work.slice(1)) return false;
  if (search === '') return true;
  const text = [placeName(alert), said.what, alert.gateway, ...said.reasons].join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** People who look after an open alert, by name. */
export function assignees(alerts: readonly Alert[]): string[] {
  return [...new Set(alerts.flatMap(({ work }) => work?.assignee ?? []))].sort();
}

/** The heading above the resolved alerts: how many there are, and how many of them are shown if that is not all. */
export function resolvedTitle(total: number, shown: number): string {
  return total === 0 ? '' : texts().alerts.resolved(total, shown);
}

/** Says how many machines report: the absence of alerts means little where nothing is watched. */
export function machinesText(count: number): string {
  return texts().alerts.machines(count);
}
