/**
 * The overview (deploy/cli/overview): how a cloud and its plant are, on one screen. Here: what is asked of the cloud, and the
 * lines that say it; status.ts prints them once, top.ts goes on. Details have commands of their own, in ../inspect.
 */
import type { Alert } from '../../../cloud/ports/alerts.ts';
import type { NotifierState } from '../../../cloud/ports/notifications.ts';
import { alertSaid } from '../../../shared/contract/alert-content.ts';
import { durationText } from '../../../shared/words/times.ts';
import { type Endpoint, request } from '../http-client.ts';
import { printable } from '../output.ts';

export interface ShownMachine {
  gateway: string;
  site: string;
  machine: string;
  machineType: string;
  state: string;
  stateReason: string;
  unknown?: { isSilent?: true } | null;
  lastSeenMs: number;
  remainingLife: { p50: number; unit: string } | null;
  anomaly: number | null;
}

interface ShownGateway {
  gateway: string;
  machines: number;
  isConnected: boolean;
  contact: string;
  silentSinceMs: number | null;
}

export interface Overview {
  status: { ready: boolean; reasons: string[]; nowMs: number; notificationsDead: boolean };
  machines: ShownMachine[];
  alerts: Alert[];
  /** The number of all open ones; `alerts` has the first of them. */
  alertsOpen: number;
  gateways: ShownGateway[];
  receivers: NotifierState[];
}

const alertsMax = 1_000;

export async function askOverview(endpoint: Endpoint): Promise<Overview> {
  const get = (path: string) => request(endpoint, 'GET', path);
  const [status, machines, alerts, gateways, receivers] = await Promise.all([
    get('/api/status'),
    get('/api/machines'),
    get(`/api/alerts?state=open&limit=${alertsMax}`),
    get('/api/gateways'),
    get('/api/notifications/receivers'),
  ]);
  const open = alerts as { alerts: Alert[]; total: number };
  return {
    status: status as Overview['status'],
    machines: (machines as Pick<Overview, 'machines'>).machines,
    alerts: open.alerts,
    alertsOpen: open.total,
    gateways: (gateways as Pick<Overview, 'gateways'>).gateways,
    receivers: (receivers as Pick<Overview, 'receivers'>).receivers,
  };
}

/** States in the order in which they need somebody. */
const states = [
  'failed',
  'critical',
  'warning',
  'silent',
  'unknown',
  'learning',
  'maintenance',
  'stopped',
  'ok',
] as const;

/** A line for each part of the plant and of Harbinger. */
export function summaryLines(overview: Overview): string[] {
  const { status } = overview;
  return [
    line('cloud', status.ready ? 'ready' : `not ready: ${status.reasons.join('; ')}`),
    line('gateways', gatewaysText(overview)),
    line('machines', machinesText(overview.machines)),
    line('alerts', alertsText(overview)),
    line('told', receiversText(overview)),
  ];
}

/** Machines that need somebody, the most urgent first. */
export function urgentMachines({ machines }: Overview): ShownMachine[] {
  return byUrgency(machines).filter(({ state }) =>
    ['failed', 'critical', 'warning', 'silent', 'unknown'].includes(state),
  );
}

export function byUrgency(machines: readonly ShownMachine[]): ShownMachine[] {
  const rank = ({ state }: ShownMachine) => (states as readonly string[]).indexOf(state);
  return [...machines].sort(
    (a, b) => rank(a) - rank(b) || (a.remainingLife?.p50 ?? Infinity) - (b.remainingLife?.p50 ?? Infinity),
  );
}

/** State, machine, remaining life, how old its reading is, and why; within a width. */
export function machineRow(machine: ShownMachine, nowMs: number): string[] {
  const { site, machine: name, state, remainingLife: life, lastSeenMs, stateReason } = machine;
  return [
    state,
    printable(`${site}/${name}`, 40),
    life === null ? '–' : `${Number(life.p50.toPrecision(3))} ${printable(life.unit, 12)}`,
    durationText(nowMs - lastSeenMs),
    printable(stateReason, 200),
  ];
}

export const machineHeader = ['state', 'machine', 'life left', 'heard', 'why'];

const line = (name: string, text: string) => `${name.padEnd(10)}${printable(text, 500)}`;

function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${count} ${name}`).join(', ');
}

function countsOf<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
}

function machinesText(machines: readonly ShownMachine[]): string {
  if (machines.length === 0) return 'none has sent anything yet';
  const counts = countsText(countsOf(byUrgency(machines), ({ state }) => state));
  // An open alert is the state of a machine also while nobody knows whether it still holds.
  const besides = machines.filter(({ state, unknown }) => unknown?.isSilent && state !== 'silent').length;
  return `${machines.length}: ${counts}${besides === 0 ? '' : `; ${besides} of them silent beside that`}`;
}

function alertsText({ alerts, alertsOpen }: Overview): string {
  if (alertsOpen === 0) return 'none is open';
  const bySeverity = countsOf(alerts, (alert) => alertSaid(alert).severity);
  const waiting = alerts.filter(({ work }) => !work?.acknowledged && !work?.shelved).length;
  const more = alertsOpen > alerts.length ? ` (of the first ${alerts.length})` : '';
  const hint = waiting === 0 ? 'all are acknowledged or shelved' : `${waiting} that nobody has acknowledged`;
  return `${alertsOpen} open${more}: ${countsText(bySeverity)}; ${hint}`;
}

function gatewaysText({ gateways, status: { nowMs } }: Overview): string {
  if (gateways.length === 0) return 'none is configured';
  const connected = gateways.filter(({ isConnected }) => isConnected).length;
  const lost = gateways
    .filter(({ isConnected }) => !isConnected)
    .map(({ gateway, contact, silentSinceMs, machines }) => {
      const since = silentSinceMs === null ? '' : ` for ${durationText(nowMs - silentSinceMs)}`;
      const word =
        contact === 'unknown' ? 'never connected' : contact === 'heard' ? 'not connected' : contact;
      return `${gateway} ${word}${since}${machines > 0 ? ` (${machines} machines)` : ''}`;
    });
  return [`${connected} of ${gateways.length} connected`, ...lost].join('; ');
}

function receiversText({ receivers, status: { notificationsDead, nowMs } }: Overview): string {
  if (receivers.length === 0) return 'nobody: no notifier is configured';
  const failing = receivers.flatMap(({ name, failingSinceMs, lastError }) =>
    failingSinceMs === null
      ? []
      : [`${name} fails for ${durationText(nowMs - failingSinceMs)} (${lastError ?? 'no answer'})`],
  );
  const waiting = receivers.reduce((sum, each) => sum + each.waiting + each.summedUp, 0);
  return [
    `${receivers.map(({ name }) => name).join(', ')}`,
    ...failing,
    ...(waiting > 0 ? [`${waiting} wait to be told`] : []),
    ...(notificationsDead ? ['some were given up: `harbinger notifications list`'] : []),
  ].join('; ');
}
