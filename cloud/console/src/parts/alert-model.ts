/** The words and figures of one alert, and the order in which alerts are shown. */
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { age, dateTime, duration, niceCeiling, number, percent, unit, words } from '../format.ts';
import { machineHref } from '../router.ts';
import type { Alert, Contribution, Life, MachineAlert, MachineType } from '../wire.ts';

export interface AlertOptions {
  nowMs: number;
  /** Whether to name the machine, which its own page does not need. */
  withMachine: boolean;
  /** Supplies the units of contributing sensors. */
  type?: MachineType | null;
}

export interface AlertModel {
  state: 'critical' | 'warning' | 'resolved' | 'failed';
  /** One word on how it ended; empty while it is open. */
  ending: string;
  machine: { name: string; href: string } | null;
  title: string;
  times: string;
  reasons: string[];
  life: { remaining: Life; scaleMax: number } | null;
  contributions: ContributionModel[];
  origin: string;
}

export interface ContributionModel {
  sensor: string;
  /** Per cent of the largest contribution. */
  width: number;
  share: string;
  /** Empty where the value is not known. */
  value: string;
}

export function alertModel(alert: Alert, options: AlertOptions): AlertModel {
  const { severity, what, where, reasons } = alertSaid(alert);
  const said = {
    ...stateOf(alert, severity),
    times: alertTimes(alert, options.nowMs),
    reasons: [...reasons],
  };
  if ('prediction' in alert) return { ...said, ...machineModel(alert, options) };
  const title = `${words(what)} · ${where}`;
  const origin = alert.gateway === '' ? 'Found by the cloud' : `Found by gateway ${alert.gateway}`;
  return { ...said, machine: null, title, life: null, contributions: [], origin };
}

function stateOf(alert: Alert, severity: 'critical' | 'warning'): Pick<AlertModel, 'state' | 'ending'> {
  if (alert.state === 'open') return { state: severity, ending: '' };
  const outcome = ('prediction' in alert && alert.prediction.outcome) || 'resolved';
  return { state: outcome === 'failed' ? 'failed' : 'resolved', ending: words(outcome) };
}

function machineModel(alert: MachineAlert, { withMachine, type }: AlertOptions) {
  const { prediction } = alert;
  const { site, machine, remainingLife } = prediction;
  return {
    machine: withMachine
      ? { name: placeName(alert), href: machineHref({ gateway: alert.gateway, site, machine }) }
      : null,
    title: words(prediction.failureMode),
    life:
      remainingLife === null ? null : { remaining: remainingLife, scaleMax: niceCeiling(remainingLife.p90) },
    contributions: contributionModels(prediction.contributions, type ?? null),
    origin: originText(alert),
  };
}

/** The machine, or the part of Harbinger, that an alert is about. */
export function placeName(alert: Alert): string {
  const { machine, where } = alertSaid(alert);
  return machine ? `${machine.site} / ${machine.machine}` : where;
}

export function alertTimes(alert: Alert, nowMs: number): string {
  const openedMs = Date.parse(alert.openedAt);
  if (alert.resolvedAt === null) return `since ${dateTime(openedMs)} · ${age(nowMs - openedMs)}`;
  const resolvedMs = Date.parse(alert.resolvedAt);
  const outcome = ('prediction' in alert && alert.prediction.outcome) || 'resolved';
  return `${outcome} ${dateTime(resolvedMs)} · was open ${duration(resolvedMs - openedMs)}`;
}

/** In the order given, which is the largest share first. */
function contributionModels(
  contributions: readonly Contribution[],
  type: MachineType | null,
): ContributionModel[] {
  const largest = Math.max(...contributions.map(({ share }) => share), 0.01);
  return contributions.map(({ sensor, share, value }) => {
    const sensorUnit = unit(type?.sensors.find(({ name }) => name === sensor)?.unit);
    return {
      sensor,
      width: (share / largest) * 100,
      share: percent(share),
      value: value === null ? '' : `${number(value)} ${sensorUnit}`.trim(),
    };
  });
}

function originText({ prediction, gateway }: MachineAlert): string {
  const figures = `confidence ${percent(prediction.confidence)} · health ${percent(prediction.health)} · anomaly ${percent(prediction.anomaly)}`;
  return `${judgeText(prediction)} · ${figures} · gateway ${gateway}`;
}

function judgeText({ source, model, detector }: MachineAlert['prediction']): string {
  if (source === 'model' && model) return `Model ${model.name} ${model.version}`;
  return detector ? 'Self-learned: this machine’s own past, without a model' : 'Rules, without a model';
}

/** Order of open alerts: critical before warning, then the latest change first. */
export function bySeverity(a: Alert, b: Alert): number {
  return (
    Number(alertSaid(a).severity === 'warning') - Number(alertSaid(b).severity === 'warning') ||
    b.updatedAt.localeCompare(a.updatedAt)
  );
}

/** Changes whenever alerts have to be drawn again: when one of them changed, and every minute because of their ages. */
export function alertsDue(alertRevision: number, nowMs: number): string {
  return `${alertRevision} ${Math.floor(nowMs / 60_000)}`;
}
