/** The words and figures of one alert, and the order in which alerts are shown. */
import { alertSaid } from '../../../../shared/contract/alert-content.ts';
import { actionOf, isEstimated, kindOf, whatOf } from '../../../../shared/contract/alerts/alert-kinds.ts';
import { liveAlert } from '../../../../shared/machine-state/live-alert.ts';
import { outcomeText } from '../../../../shared/words/outcomes.ts';
import { machineHref } from '../address/router.ts';
import {
  age,
  dateTime,
  duration,
  life as lifeText,
  niceCeiling,
  number,
  percent,
  shortTime,
  unit,
  words,
} from '../format.ts';
import type { Alert, AlertEntry, Contribution, Life, Machine, MachineAlert, MachineType } from '../wire.ts';
import { texts } from '../words/words.ts';
import { deedModels, workWords } from './work-words.ts';

export interface AlertOptions {
  nowMs: number;
  /** Whether to name the machine, which its own page does not need. */
  withMachine: boolean;
  /** Supplies the units of contributing sensors. */
  type?: MachineType | null;
  /** The machine of an open alert as it is now, whose figures then are shown. */
  machine?: Machine | undefined;
}

export interface AlertModel {
  state: 'critical' | 'warning' | 'resolved' | 'failed';
  /** One word on how it ended; empty while it is open. */
  ending: string;
  machine: { name: string; href: string } | null;
  title: string;
  times: string;
  /** How old the figures and reasons are; empty for one that has ended, or is about Harbinger itself. */
  asOf: string;
  /** Whether nobody knows that it still holds. */
  isUnknown: boolean;
  history: HistoryModel[];
  /** In whose hands it is: acknowledged, looked after, shelved; empty if in nobody's. */
  work: string;
  deeds: HistoryModel[];
  /** Its outcome in words; empty if nobody has said. */
  outcome: string;
  /** Empty where nothing is to be done, or its reasons say it. */
  action: string;
  reasons: string[];
  life: { remaining: Life; scaleMax: number } | null;
  contributions: ContributionModel[];
  origin: string;
}

/** One change, as it was told. */
export interface HistoryModel {
  when: string;
  text: string;
}

export interface ContributionModel {
  sensor: string;
  /** Per cent of the largest contribution. */
  width: number;
  share: string;
  /** Empty where the value is not known. */
  value: string;
}

export function alertModel(stored: Alert, options: AlertOptions): AlertModel {
  const { alert, isUnknown, asOf } = nowOf(stored, options);
  const { severity, what, where, reasons } = alertSaid(alert);
  const said = {
    ...stateOf(alert, severity),
    times: alertTimes(alert, options.nowMs),
    asOf,
    isUnknown,
    history: historyModels(alert.history ?? [], options.nowMs),
    work: workWords(alert, options.nowMs),
    deeds: deedModels(alert, options.nowMs),
    outcome: 'prediction' in stored && stored.outcome ? outcomeText(stored.outcome) : '',
    reasons: [...mutedReasons(alert), ...reasons],
  };
  if ('prediction' in alert) return { ...said, ...machineModel(alert, options) };
  const title = `${words(what)} · ${where}`;
  const { byCloud, byGateway } = texts().alerts;
  const origin = alert.gateway === '' ? byCloud : byGateway(alert.gateway);
  return { ...said, machine: null, title, life: null, action: '', contributions: [], origin };
}

function nowOf(
  alert: Alert,
  { machine, nowMs }: AlertOptions,
): { alert: Alert; isUnknown: boolean; asOf: string } {
  if (alert.state !== 'open' || !('prediction' in alert)) return { alert, isUnknown: false, asOf: '' };
  const { prediction, unknown, asOfMs } = liveAlert(alert, machine, { nowMs });
  const words = texts().alerts;
  const asOf = unknown ? words.lastKnown(age(nowMs - asOfMs)) : words.asOf(age(nowMs - asOfMs));
  return { alert: { ...alert, prediction }, isUnknown: unknown !== null, asOf };
}

/** That nobody was told of it, and who wanted that. */
function mutedReasons(alert: Alert): string[] {
  const muted = 'prediction' in alert && alert.state === 'open' ? alert.prediction.muted : undefined;
  if (!muted) return [];
  const { by, why, until } = muted;
  return [texts().alerts.notTold(by, until === undefined ? '' : dateTime(Date.parse(until)), why)];
}

/** The oldest first; a change of severity is named. */
function historyModels(history: readonly AlertEntry[], nowMs: number): HistoryModel[] {
  return history.map(({ change, at, severity, reasons, remainingLife }, i) => {
    const rose = i > 0 && change === 'updated' && history[i - 1]!.severity !== severity;
    const said = texts().alerts;
    const what = rose ? said.became(severity) : `${said.changes[change]}${i === 0 ? said.as(severity) : ''}`;
    const life = remainingLife ? [said.left(`${lifeText(remainingLife.p50)} ${remainingLife.unit}`)] : [];
    return {
      when: shortTime(Date.parse(at), nowMs),
      text: `${what}: ${[...life, ...reasons].join(' · ')}`,
    };
  });
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
    title: words(whatOf(prediction.failureMode, kindOf(prediction))),
    action: alert.state === 'open' ? actionOf(prediction) : '',
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
  const sinceMs = Date.parse(sinceOf(alert));
  if (alert.resolvedAt === null) return texts().alerts.since(dateTime(sinceMs), age(nowMs - sinceMs));
  const resolvedMs = Date.parse(alert.resolvedAt);
  const outcome = ('prediction' in alert && alert.prediction.outcome) || 'resolved';
  return texts().alerts.ended(outcome, dateTime(resolvedMs), duration(resolvedMs - openedMs));
}

function sinceOf(alert: Alert): string {
  return ('condition' in alert ? alert.condition.since : alert.prediction.since) ?? alert.openedAt;
}

/** In the order given, which is the largest share first. */
function contributionModels(
  contributions: readonly Contribution[],
  type: MachineType | null,
): ContributionModel[] {
  const largest = Math.max(...contributions.map(({ share }) => share), 0.01);
  return contributions.map(({ sensor, share, value, unit: own }) => {
    const sensorUnit = unit(own ?? type?.sensors.find(({ name }) => name === sensor)?.unit);
    return {
      sensor,
      width: (share / largest) * 100,
      share: percent(share),
      value: value === null ? '' : `${number(value)} ${sensorUnit}`.trim(),
    };
  });
}

function originText({ prediction, gateway }: MachineAlert): string {
  const words = texts().alerts;
  if (!isEstimated(prediction)) return words.measured(gateway);
  const { confidence, health, anomaly } = prediction;
  return words.figures(
    judgeText(prediction),
    percent(confidence),
    percent(health),
    percent(anomaly),
    gateway,
  );
}

function judgeText({ source, model, detector }: MachineAlert['prediction']): string {
  const words = texts().alerts;
  if (source === 'model' && model) return words.model(`${model.name} ${model.version}`);
  return detector ? words.selfLearned : words.rules;
}

/** Order of open alerts: critical before warning, then the latest change first. */
export function bySeverity(a: Alert, b: Alert): number {
  return (
    Number(alertSaid(a).severity === 'warning') - Number(alertSaid(b).severity === 'warning') ||
    b.updatedAt.localeCompare(a.updatedAt)
  );
}

/** Changes whenever alerts have to be drawn again: when one of them changed, and every minute because of their ages. */
export function alertsDue(contentRevision: number, nowMs: number): string {
  return `${contentRevision} ${Math.floor(nowMs / 60_000)}`;
}
