import { actionOf } from '../../shared/contract/alerts/alert-kinds.ts';
import type { ConditionData } from '../../shared/contract/condition.ts';
import { timeText } from '../../shared/contract/envelope.ts';
import {
  alertEventChange,
  type HarbingerEvent,
  isAlertEvent,
  isEventOf,
  type Prediction,
} from '../../shared/contract/events.ts';
import {
  gatewayTopics,
  machineTopics,
  type SiteAlert,
  type SiteCondition,
} from '../../shared/contract/site/site-topics.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import type { OpenAlert } from '../ports/decision.ts';
import { alertsIn, conditionsText, machineText } from './documents.ts';
import { OpenList } from './open-list.ts';

/** Beyond it machines without an open alert have no message; those with one always do. */
export const machinesMax = 20_000;

/** Topics of which the messages are still to be removed; of more, those of the oldest stay until the next start. */
const goneMax = 100_000;

export interface SiteMessage {
  topic: string;
  /** Empty if the topic's message is to be removed. */
  text: string;
}

/** Something of which the messages have changed. */
export interface SiteSubject {
  /** As they are now. */
  messages: SiteMessage[];
  /** To be called if they could not be published. */
  again(): void;
}

/** The key of the gateway itself; no machine has it. */
const gatewayKey = '';
const reasonLengthMax = 500;

/**
 * The open alerts of each machine and conditions of the gateway, from their events, and the messages that follow. Keys
 * of machines are `site/machine`.
 */
export class SiteState {
  private readonly gateway: string;
  private readonly machines = new Map<string, OpenList<SiteAlert>>();
  private readonly conditions = new OpenList<SiteCondition>();
  private readonly changed = new Set<string>();
  /** Topics of which the messages are to be removed, because they belong to nothing known. */
  private readonly gone = new Set<string>();

  constructor(gateway: string) {
    this.gateway = gateway;
  }

  get machineCount(): number {
    return this.machines.size;
  }

  private get isFull(): boolean {
    return this.machines.size >= machinesMax;
  }

  /** Takes the change that an event of an alert says; other events say nothing here. The same event may come again. */
  note(event: HarbingerEvent): void {
    if (isEventOf(event, 'io.harbinger.prediction.now.v1')) this.noteNow(event.data, event.time);
    if (!isAlertEvent(event)) return;
    const hasEnded = alertEventChange(event) === 'resolved';
    if ('conditionId' in event.data) this.noteCondition(event.data, event.time, hasEnded);
    else this.notePrediction(event.data, event.time, hasEnded);
  }

  /** The open alerts of a machine, the worst first; null if it has no messages. */
  alertsOf(key: string): readonly SiteAlert[] | null {
    return this.machines.get(key)?.listed().listed ?? null;
  }

  /** Makes a machine known of which nothing is open. */
  judged(site: string, machine: string): void {
    const key = `${site}/${machine}`;
    // Machines are judged again and again, and looked at closely once.
    if (this.machines.has(key) || this.isFull) return;
    if (isIdentifier(site) && isIdentifier(machine)) this.listOf(key);
  }

  /** Forgets a machine; its messages are to be removed. */
  retired(site: string, machine: string): void {
    const key = `${site}/${machine}`;
    this.machines.delete(key);
    this.changed.delete(key);
    for (const topic of Object.values(machineTopics(site, machine))) this.remove(topic);
  }

  /**
   * Makes the state equal to what is open now. The messages of before (`kept`, by topic) give the words. Afterwards
   * everything counts as changed, and kept messages that belong to nothing known are to be removed.
   */
  restore(
    open: readonly OpenAlert[],
    conditions: readonly ConditionData[],
    kept: Iterable<readonly [topic: string, text: string | null]>,
  ): void {
    const before = new Map<string, SiteAlert>();
    const ownTopics = new Set(Object.values(gatewayTopics(this.gateway)));
    for (const [topic, text] of kept) {
      if (ownTopics.has(topic)) continue;
      const [, site, machine, kind] = topic.split('/');
      const topics = Object.values(machineTopics(site ?? '', machine ?? ''));
      if (text === null || !topics.includes(topic) || this.isFull) {
        this.remove(topic);
        continue;
      }
      if (kind !== 'alerts') continue;
      const { alerts, changedAt } = alertsIn(text);
      this.listOf(`${site}/${machine}`).changedAt ??= changedAt;
      for (const alert of alerts) before.set(alert.id, alert);
    }
    const now = new Set(open.map(({ predictionId }) => predictionId));
    for (const [key, list] of this.machines)
      for (const id of list.ids()) if (!now.has(id) && list.remove(id)) this.changed.add(key);
    for (const alert of open) this.restoreAlert(alert, before.get(alert.predictionId));
    for (const id of this.conditions.ids()) this.conditions.remove(id);
    for (const data of conditions) this.noteCondition(data, data.since, false);
    for (const key of this.machines.keys()) this.changed.add(key);
    this.changed.add(gatewayKey);
  }

  /** Whether `takeChanged` has something. */
  get hasChanged(): boolean {
    return this.changed.size > 0 || this.gone.size > 0;
  }

  /** Takes up to `most` changed subjects: what is true now first, and then what is to be removed. */
  takeChanged(most: number): SiteSubject[] {
    const taken: SiteSubject[] = [];
    for (const key of this.changed) {
      if (taken.length >= most) return taken;
      this.changed.delete(key);
      taken.push({ messages: this.messagesOf(key), again: () => this.again(key) });
    }
    for (const topic of this.gone) {
      if (taken.length >= most) return taken;
      this.gone.delete(topic);
      taken.push({ messages: [{ topic, text: '' }], again: () => this.remove(topic) });
    }
    return taken;
  }

  private again(key: string): void {
    if (key === gatewayKey || this.machines.has(key)) this.changed.add(key);
  }

  /** The message of a topic is to be removed, unless it belongs to a machine that is known again. */
  private remove(topic: string): void {
    const [, site, machine] = topic.split('/');
    if (this.machines.has(`${site}/${machine}`)) return;
    const [oldest] = this.gone;
    if (oldest !== undefined && this.gone.size >= goneMax) this.gone.delete(oldest);
    this.gone.add(topic);
  }

  private notePrediction(data: Prediction, time: string, hasEnded: boolean): void {
    const key = `${data.site}/${data.machine}`;
    const { predictionId: id, failureMode, severity, health, remainingLife } = data;
    if (hasEnded) {
      const list = this.machines.get(key);
      if (!list?.remove(id)) return;
      list.changedAt = time;
      this.changed.add(key);
      return;
    }
    const list = this.listOf(key);
    const since = data.since ?? list.get(id)?.since ?? time;
    const said = { asOf: time, reasons: shortened(data.reasons), action: actionOf(data), ...heardIn(data) };
    list.put({ id, failureMode, severity, since, ...said, health, remainingLife });
    list.changedAt = time;
    this.changed.add(key);
  }

  /** The content of an alert that is open, as it is now; nothing has changed. */
  private noteNow(data: Prediction, asOf: string) {
    const { site, machine, predictionId: id, reasons, health, remainingLife } = data;
    const key = `${site}/${machine}`;
    const known = this.machines.get(key)?.get(id);
    if (!known) return;
    const { heardSince: _, ...same } = known;
    const { since = known.since } = data;
    const now = { since, reasons: shortened(reasons), health, remainingLife, ...heardIn(data) };
    this.listOf(key).put({ ...same, asOf, ...now });
    this.changed.add(key);
  }

  private noteCondition(data: ConditionData, time: string, hasEnded: boolean): void {
    const { conditionId: id, condition, item, severity, since } = data;
    if (hasEnded) this.conditions.remove(id);
    else {
      const reasons = shortened(data.reasons);
      this.conditions.put({ id, condition, ...(item !== undefined && { item }), severity, since, reasons });
    }
    this.conditions.changedAt = time;
    this.changed.add(gatewayKey);
  }

  private restoreAlert(alert: OpenAlert, before: SiteAlert | undefined): void {
    const { site, machine, predictionId: id, failureMode, severity, assessment } = alert;
    const { openedAtMs, sinceMs = openedAtMs } = alert;
    const list = this.listOf(`${site}/${machine}`);
    const known = list.get(id) ?? before;
    const { health, remainingLife } = assessment;
    const since = known?.since ?? timeText(sinceMs);
    const { reasons = [], asOf, action } = known ?? {};
    const said = {
      reasons,
      ...(asOf !== undefined && { asOf }),
      ...(action !== undefined && { action }),
      ...heardIn(known ?? {}),
    };
    list.put({ id, failureMode, severity, since, ...said, health, remainingLife });
    list.changedAt ??= since;
  }

  private listOf(key: string): OpenList<SiteAlert> {
    const known = this.machines.get(key);
    if (known) return known;
    const list = new OpenList<SiteAlert>();
    this.machines.set(key, list);
    this.changed.add(key);
    const [site = '', machine = ''] = key.split('/');
    for (const topic of Object.values(machineTopics(site, machine))) this.gone.delete(topic);
    return list;
  }

  private messagesOf(key: string): SiteMessage[] {
    const { gateway } = this;
    if (key === gatewayKey) {
      const topics = gatewayTopics(gateway);
      return [
        { topic: topics.severity, text: this.conditions.severity },
        { topic: topics.conditions, text: conditionsText(gateway, this.conditions) },
      ];
    }
    const list = this.machines.get(key);
    if (!list) return [];
    const [site, machine] = key.split('/') as [string, string];
    const topics = machineTopics(site, machine);
    return [
      { topic: topics.severity, text: list.severity },
      { topic: topics.alerts, text: machineText(gateway, site, machine, list) },
    ];
  }
}

function heardIn({ heardSince }: { heardSince?: string }): { heardSince?: string } {
  return heardSince === undefined ? {} : { heardSince };
}

function shortened(reasons: readonly string[]): string[] {
  return reasons.map((reason) => reason.slice(0, reasonLengthMax));
}
