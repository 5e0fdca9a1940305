import { createHash } from 'node:crypto';
import { forcedFailureMode } from '../../../../shared/contract/alerts/alert-kinds.ts';
import type { EndedInCloud } from '../../../../shared/contract/alerts/ended-in-cloud.ts';
import { timeText } from '../../../../shared/contract/envelope.ts';
import type { Assessment, DecisionRecord } from '../../../../shared/contract/events.ts';
import type { ForcedAlert, MachineOverrides } from '../../../ports/fleet/fleet.ts';
import type { AlertChange } from '../change.ts';
import type { OpenPrediction } from '../state/snapshot.ts';
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
 * Alerts that people want to be open, whatever is measured. Each follows from its document alone, with ids that do too, so nothing is
 * saved here: after a restart it is the same alert, and is told once.
 */
export class ForcedAlerts {
  private readonly gateway: string;
  private readonly overrides: MachineOverrides | undefined;
  private readonly alerts = new Map<string, { prediction: OpenPrediction; by: ForcedAlert }>();
  /** Alerts that are over although their document goes on. */
  private readonly over = new Set<string>();

  constructor(gateway: string, overrides: MachineOverrides | undefined) {
    this.gateway = gateway;
    this.overrides = overrides;
  }

  open(): OpenPrediction[] {
    return [...this.alerts.values()].map(({ prediction }) => prediction);
  }

  /** Opens and ends what people want now. */
  follow(nowMs: number): WantedChange[] {
    const wanted = new Map(this.overrides?.forced().map((by) => [this.idOf(by), by]) ?? []);
    const changes: WantedChange[] = [];
    for (const id of this.over) if (!wanted.has(id)) this.over.delete(id);
    for (const [id, { by }] of this.alerts)
      if (!wanted.has(id)) changes.push(this.end(id, ['Nobody wants it any more', wish(by)], nowMs));
    for (const [id, by] of wanted) {
      if (this.alerts.has(id) || this.over.has(id)) continue;
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
      if (!found || (closed?.severity === 'warning' && found.by.severity === 'critical')) return [];
      const reasons = closed
        ? [`Closed by ${closed.by || 'a person'}: ${closed.reason}`]
        : ['It was over in the cloud'];
      const made = this.end(alertId, reasons, nowMs);
      this.over.add(alertId);
      return [closed ? { ...made, change: { ...made.change, outcome: 'closed' as const, closed } } : made];
    });
  }

  /** Ends those of a machine that has failed, or was replaced or retired. */
  ended(name: { site: string; machine: string }, outcome: Ending, atMs: number): WantedChange[] {
    return [...this.alerts].flatMap(([id, { by }]) => {
      if (by.site !== name.site || by.machine !== name.machine) return [];
      const made = this.end(id, [`The machine was reported as ${outcome}`], atMs);
      this.over.add(id);
      return [{ ...made, change: { ...made.change, outcome } }];
    });
  }

  private end(id: string, reasons: string[], timeMs: number): WantedChange {
    const { prediction, by } = this.alerts.get(id)!;
    this.alerts.delete(id);
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
