/** Marks on charts: when alerts were open, when there was maintenance, and what people wrote down. */
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import type { Alert, LogEntry, MaintenanceSpan } from '../wire.ts';
import type { Range } from './series.ts';

export interface Mark {
  fromMs: number;
  toMs: number;
  kind: 'warning' | 'critical' | 'maintenance' | 'log';
}

/** Maintenance first: alerts are drawn over it. */
export function marksOf(
  alerts: readonly Alert[],
  maintenance: readonly MaintenanceSpan[],
  { fromMs, toMs }: Range,
  log: readonly LogEntry[] = [],
): Mark[] {
  const shades = maintenance.map(
    (span): Mark => ({ fromMs: span.fromMs, toMs: span.toMs, kind: 'maintenance' }),
  );
  const strips = alerts.map(
    (alert): Mark => ({
      fromMs: Date.parse(alert.openedAt),
      toMs: alert.resolvedAt === null ? toMs : Date.parse(alert.resolvedAt),
      kind: alertSaid(alert).severity,
    }),
  );
  const entries = log.map(({ atMs }): Mark => ({ fromMs: atMs, toMs: atMs, kind: 'log' }));
  return [...shades, ...strips, ...entries].filter((mark) => mark.toMs >= fromMs && mark.fromMs <= toMs);
}

/** Maintenance of one machine: its own, of its site, or of its whole gateway. */
export function maintenanceOf(
  windows: readonly MaintenanceSpan[],
  of: { gateway: string; site: string; machine: string },
): MaintenanceSpan[] {
  return windows.filter(
    ({ gateway, site, machine }) =>
      gateway === of.gateway && (site ?? of.site) === of.site && (machine ?? of.machine) === of.machine,
  );
}
