import { createHash } from 'node:crypto';
import { forcedFailureMode } from '../../../../shared/contract/alerts/alert-kinds.ts';
import type { EndedInCloud } from '../../../../shared/contract/alerts/ended-in-cloud.ts';
import { timeText } from '../../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import type { ForcedAlert, MachineOverrides } from '../../../ports/fleet/fleet.ts';
import type { AlertChange } from '../change.ts';
import type { OpenPrediction, SavedForced } from '../state/snapshot.ts';
import { overrideOf } from './words.ts';

/** A change of an alert that follows from the word of a person, with its record. */
export interface WantedChange {
  change: AlertChange;
  record: DecisionRecord;
  timeMs: number;
}

/** Nobody has estimated anything. */
const said: Assessment = {
  source: 'rules',
  model: null,
  remainingLife: null,
  health: 0,
  anomaly: 0,
  confidence: 1,
  contributions: [],
};

type Ending = 'failed' | 'replaced' | 'retired';

/**
 * Alerts that people want to be open, whatever is measured. Each follows from its document, with ids that do too. They are saved with the
 * alerts of machines, so that after a restart each is what it was: open, muted, or over although its document goes on.
 */
export class ForcedAlerts {
  private readonly gateway: string;
  private readonly overrides: MachineOverrides | undefined;
  private readonly alerts = new Map<string, SavedForced>();

  constructor(gateway: string, overrides: MachineOverrides | undefined) {
    this.gateway = gateway;
    this.overrides = overrides;
  }

  open(): OpenPrediction[] {
    return this.going().map(({ prediction }) => prediction);
  }

  save(): SavedForced[] {
    return [...this.alerts.values()];
  }

  restore(saved: readonly SavedForced[]): void {
    for (const each of saved) this.alerts.set(each.prediction.predictionId, each);
  }

  /** Opens and ends what people want now. */
  follow(nowMs: number): WantedChange[] {
    const wanted = new Map(this.overrides?.forced().map((by) => [this.idOf(by), by]) ?? []);
    const changes: WantedChange[] = [];
    for (const [id, alert] of this.alerts) {
      if (wanted.has(id)) continue;
      if (!alert.isOver) changes.push(this.end(alert, [whyUnwanted(alert.by, nowMs), wish(alert.by)], nowMs));
      this.alerts.delete(id);
    }
    for (const [id, by] of wanted) {
      if (this.alerts.has(id)) continue;
      const prediction = opened(id, by);
      this.alerts.set(id, { prediction, by });
      const change: AlertChange = {
        ...{ kind: 'opened', prediction, assessment: said, reasons: [wish(by)], saveFirst: true },
      };
      changes.push({ change, record: recordOf(change, by), timeMs: by.askedMs });
    }
    return changes;
  }

  /** Ends those that are over in the cloud, if they are not worse than who closed them knew. */
  endedInCloud(ended: readonly EndedInCloud[], nowMs: number): WantedChange[] {
    return ended.flatMap(({ alertId, closed }) => {
      const found = this.alerts.get(alertId);
      if (!found || found.isOver || (closed?.severity === 'warning' && found.by.severity === 'critical'))
        return [];
      const reasons = closed
        ? [`Closed by ${closed.by || 'a person'}: ${closed.reason}`]
        : ['It was over in the cloud'];
      const made = this.end(found, reasons, nowMs);
      return [closed ? { ...made, change: { ...made.change, outcome: 'closed' as const, closed } } : made];
    });
  }

  /** Ends those of a machine that has failed, or was replaced or retired, since they were asked for. */
  ended(name: { site: string; machine: string }, outcome: Ending, atMs: number): WantedChange[] {
    return this.going().flatMap((alert) => {
      const { by } = alert;
      if (by.site !== name.site || by.machine !== name.machine || by.askedMs > atMs) return [];
      const made = this.end(alert, [`The machine was reported as ${outcome}`], atMs);
      return [{ ...made, change: { ...made.change, outcome } }];
    });
  }

  private going(): SavedForced[] {
    return [...this.alerts.values()].filter(({ isOver }) => !isOver);
  }

  private end({ prediction, by }: SavedForced, reasons: string[], timeMs: number): WantedChange {
    // It is kept with its document, which would open it again.
    this.alerts.set(prediction.predictionId, { prediction, by, isOver: true });
    const change = { kind: 'resolved', prediction, assessment: said, reasons, saveFirst: true } as const;
    return { change, record: recordOf(change, by), timeMs };
  }

  private idOf({ key, version }: ForcedAlert): string {
    // Short, as ids of events are made of it.
    const of = createHash('sha256').update(`${this.gateway} ${key} ${version}`).digest('hex');
    return `forced-${of.slice(0, 32)}`;
  }
}

function opened(
  predictionId: string,
  { site, machine, machineType, severity, askedMs }: ForcedAlert,
): OpenPrediction {
  const about = { site, machine, machineType, failureMode: forcedFailureMode, severity };
  return { predictionId, ...about, openedAtMs: askedMs, lifeAtOpening: null, assessment: said };
}

function whyUnwanted({ untilMs }: ForcedAlert, nowMs: number): string {
  return untilMs !== undefined && untilMs <= nowMs ? 'Its time is over' : 'Nobody wants it any more';
}

function wish(by: ForcedAlert): string {
  const { until, why } = overrideOf(by);
  return `${by.who || 'A person'} wants this alert${until === undefined ? '' : ` until ${until}`}: ${why}`;
}

/** Its id follows from the alert and the change. */
function recordOf({ kind, prediction, reasons }: AlertChange, by: ForcedAlert): DecisionRecord {
  const { predictionId, failureMode, severity, site, machine } = prediction;
  return {
    // Another one than that of the event of its alert.
    decisionId: `${predictionId}/${kind}/decision`,
    decision: 'alert',
    subject: `${site}/${machine}`,
    inputs: { state: 'forced', time: timeText(by.askedMs) },
    answer: { changes: [{ change: kind, predictionId, failureMode, severity }], recorded: 'change' },
    reasons,
    confidence: 1,
    policy: { name: 'override', version: '1.0.0' },
    mode: 'override',
    latencyMs: 0,
    override: overrideOf(by),
  };
}
