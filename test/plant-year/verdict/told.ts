/**
 * The verdict of a year (test/plant-year/verdict): everything that was told, compared with what should have been.
 * judge.ts compares, badges.ts looks at what the page would have shown, report.ts writes both for people.
 */
import type { ConditionData } from '../../../shared/contract/condition.ts';
import type { Prediction } from '../../../shared/contract/events.ts';
import { alertTextOf } from '../../../shared/notifiers/alert-text.ts';
import type { Notification } from '../../../shared/notifiers/notifier.ts';
import type { Machine } from '../plant/machines.ts';
import type { SiteChange } from '../product/site.ts';
import type { YearPlan } from '../truth/draw.ts';
import type { AlertKind } from '../truth/event.ts';
import { circumstanceOf } from './circumstances.ts';
import { kindOf } from './kinds.ts';

/** One notification that somebody got. */
export interface Notice {
  atMs: number;
  where: 'site' | 'cloud';
  change: Notification['change'];
  alertId: string;
  gateway: string;
  /** Null if it is about no machine. */
  machine: string | null;
  failureMode: string;
  kind: AlertKind;
  severity: 'warning' | 'critical';
  /** The notification in its own words, in one line. */
  text: string;
  /** The circumstances at the machine. */
  circumstance: string;
}

/** Records what is told, as it is told. */
export class Told {
  readonly notices: Notice[] = [];
  private readonly plan: YearPlan;
  private readonly machines: readonly Machine[];
  private readonly nowMs: () => number;

  constructor(plan: YearPlan, machines: readonly Machine[], nowMs: () => number) {
    this.plan = plan;
    this.machines = machines;
    this.nowMs = nowMs;
  }

  /** Notes what a gateway says at its own broker. */
  noteSite(gateway: string, { change, machine, alert }: SiteChange): void {
    const atMs = this.nowMs();
    const { id, failureMode, severity, reasons } = alert;
    const about = this.machines.find((each) => each.name === machine)!;
    this.notices.push({
      ...{ atMs, where: 'site', change, alertId: id, gateway, machine, failureMode, severity },
      kind: kindOf(failureMode),
      text: `${severity}: ${failureMode}; ${reasons.join('; ')}`,
      circumstance: circumstanceOf(this.plan, about, atMs),
    });
  }

  note(where: Notice['where'], notification: Notification): void {
    const atMs = this.nowMs();
    const { headline, body } = alertTextOf(notification);
    const text = oneLine(headline, body);
    if (notification.change === 'digest') {
      const nobody = {
        alertId: '',
        gateway: '',
        machine: null,
        failureMode: 'digest',
        severity: 'warning',
      } as const;
      this.notices.push({ atMs, where, change: 'digest', ...nobody, kind: 'other', text, circumstance: '' });
      return;
    }
    const { event, change } = notification;
    const about = aboutOf(event.data);
    const machine = this.machines.find((each) => each.name === about.machine);
    this.notices.push({
      atMs,
      where,
      change,
      ...about,
      gateway: about.gateway ?? event.source.slice('/gateways/'.length),
      machine: machine?.name ?? null,
      kind: machine ? kindOf(about.failureMode) : 'gateway',
      text,
      circumstance: machine ? circumstanceOf(this.plan, machine, atMs) : '',
    });
  }
}

/** The subject of an alert: a machine, or Harbinger itself. */
function aboutOf(data: unknown) {
  if (typeof data === 'object' && data !== null && 'condition' in data) {
    const { conditionId, condition, about, severity } = data as ConditionData;
    const gateway = about.kind === 'gateway' ? about.name : '';
    return { alertId: conditionId, machine: null, gateway, failureMode: condition, severity };
  }
  const { predictionId, machine, failureMode, severity } = data as Prediction;
  return { alertId: predictionId, machine, failureMode, severity, gateway: undefined };
}

/** The headline and the reasons of a notification. */
function oneLine(headline: string, body: string): string {
  const why = body.split('\nWhy:\n')[1]?.split('\n\n')[0];
  const reasons = why?.split('\n').map((line) => line.replace(/^ *- /, '')) ?? [];
  return [headline, ...reasons].join('; ');
}
