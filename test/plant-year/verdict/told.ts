/**
 * The verdict of a year (test/plant-year/verdict): everything that was told, compared with what should have been.
 * judge.ts compares, badges.ts looks at what the page would have shown, report.ts writes both for people.
 */
import type { Prediction } from '../../../shared/contract/events.ts';
import { alertTextOf } from '../../../shared/notifiers/alert-text.ts';
import type { Notification } from '../../../shared/notifiers/notifier.ts';
import type { Machine } from '../plant/machines.ts';
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
    const { predictionId, machine: name, failureMode, severity } = event.data as Prediction;
    const machine = this.machines.find((each) => each.name === name);
    this.notices.push({
      atMs,
      where,
      change,
      alertId: predictionId,
      gateway: event.source.slice('/gateways/'.length),
      machine: machine?.name ?? null,
      failureMode,
      kind: machine ? kindOf(failureMode) : 'gateway',
      severity,
      text,
      circumstance: machine ? circumstanceOf(this.plan, machine, atMs) : '',
    });
  }
}

/** The headline and the reasons of a notification. */
function oneLine(headline: string, body: string): string {
  const why = body.split('\nWhy:\n')[1]?.split('\n\n')[0];
  const reasons = why?.split('\n').map((line) => line.replace(/^ *- /, '')) ?? [];
  return [headline, ...reasons].join('; ');
}
