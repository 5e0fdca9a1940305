/**
 * Site topics (gateway/site-topics): what the gateway says at its own broker of each machine and of itself, retained, for
 * stack lights, HMIs and PLCs, also while the cloud is out of reach. site-state.ts knows what is open, and this file says
 * it. Who may listen is the broker's business, and what opens and ends is decided elsewhere: here the events are
 * overheard on their way to the outbox.
 */
import type { ConditionData } from '../../shared/contract/condition.ts';
import {
  alertEventChange,
  type HarbingerEvent,
  isAlertEvent,
  isEventOf,
} from '../../shared/contract/events.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { withinBudget } from '../../shared/runtime/budget.ts';
import { type Clock, sleep, type Timer } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { AlertInput, OpenAlert } from '../ports/decision.ts';
import type { TimeToLimit } from '../ports/limits/time-to-limit.ts';
import type { MaintenanceAdmin, MaintenanceWindow } from '../ports/maintenance/maintenance.ts';
import type { SiteBroker } from '../ports/source.ts';
import type { Outbox } from '../ports/uplink.ts';
import type { ColumnBatch, LifecycleNotice } from '../ports/watch.ts';
import { estimateIn } from './documents.ts';
import { MachineStates } from './machine-states.ts';
import { type SiteMessage, SiteState } from './site-state.ts';
import type { SiteTopicsStats } from './statistics.ts';

/** Time between two rounds: what changes more often is published once a round. */
export const roundMs = 500;
const subjectsAtOnce = 64;
const lookMs = 1_000;
const lookAtAllMs = 60_000;
const publishMsMax = 10_000;
const stopMsMax = 2_000;
const warnEveryMs = 60_000;

export interface SiteTopicsOptions {
  gateway: string;
  /** The brokers of this gateway, after their start; none if it has none. */
  brokers(): readonly SiteBroker[];
  /** The alerts that are open now. Asked once, at the start. */
  openAlerts(): readonly OpenAlert[];
  openConditions(): readonly ConditionData[];
  types: ReadonlyMap<string, MachineType>;
  watch: {
    maintenance: Pick<MaintenanceAdmin, 'list'> & {
      isOn(machine: { site: string; machine: string }): boolean;
    };
    levels: { of(site: string, machine: string): readonly TimeToLimit[] };
  };
  clock: Clock;
  log: Log;
}

export class SiteTopics {
  private readonly counts = { published: 0, failed: 0 };
  private readonly options: SiteTopicsOptions;
  private readonly state: SiteState;
  private readonly states: MachineStates;
  private readonly mayWarn: () => boolean;
  private readonly stopping = new AbortController();
  private brokers: readonly SiteBroker[] = [];
  private isStarted = false;
  private saying: Promise<void> | null = null;
  private looking: Timer | null = null;

  constructor(options: SiteTopicsOptions) {
    this.options = options;
    const { gateway, types, watch, clock } = options;
    this.state = new SiteState(gateway);
    this.states = new MachineStates({
      ...{ gateway, types },
      alertsOf: (key) => this.state.alertsOf(key),
      maintenanceOf: (machine) => this.maintenanceOf(machine),
      timesToLimits: ({ site, machine }) => watch.levels.of(site, machine),
      nowMs: () => clock.nowMs(),
    });
    this.mayWarn = rateLimit(options.clock, warnEveryMs);
  }

  /** An outbox that also says here what it is given, whether or not the journal takes it. */
  overheard(outbox: Outbox): Outbox {
    return {
      event: (event) => {
        this.state.note(event);
        this.noteOfStates(event);
        this.saySoon();
        return outbox.event(event);
      },
      estimates: (lines) => {
        this.states.estimated(lines);
        this.saySoon();
        outbox.estimates(lines);
      },
    };
  }

  /** Machines that are judged: those without alerts get a message that they have none. */
  judged(inputs: readonly AlertInput[]): void {
    for (const { machine, silence } of inputs) if (!silence) this.state.judged(machine.site, machine.machine);
    this.saySoon();
  }

  /** Readings: a machine that is heard has its state published, also before anything judges it. */
  arrived(columns: ColumnBatch): void {
    for (const { site, machine } of this.states.arrived(columns)) this.state.judged(site, machine);
    this.saySoon();
  }

  lifecycle({ about, state, atMs }: LifecycleNotice): void {
    this.states.lifecycle(about, state, atMs);
    this.saySoon();
  }

  /** Removes the messages of a machine that was retired, within a round or two. */
  retired(site: string, machine: string): void {
    this.state.retired(site, machine);
    this.states.retired(`${site}/${machine}`);
    this.saySoon();
  }

  /**
   * Begins to say what is open now, and to remove what an earlier process said and is not true any more. Waits for none of
   * it: a broker that is slow must not hold up the start.
   */
  async start(): Promise<void> {
    const { brokers, openAlerts, openConditions } = this.options;
    this.brokers = brokers();
    const kept = this.brokers.flatMap((broker) => [...broker.kept()]);
    this.state.restore(openAlerts(), openConditions(), kept);
    for (const [topic, text] of kept) {
      const [, site = '', machine = '', kind] = topic.split('/');
      if (text === null || this.state.alertsOf(`${site}/${machine}`) === null) continue;
      this.states.restored({ site, machine }, kind === 'estimate' ? estimateIn(text) : null);
    }
    this.isStarted = true;
    this.lookSoon();
    this.saySoon();
  }

  /** Says what has changed before, within a bounded time. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.looking?.cancel();
    await Promise.race([this.saying, sleep(this.options.clock, stopMsMax)]);
  }

  stats(): SiteTopicsStats {
    return { machines: this.state.machineCount, ...this.counts };
  }

  /** Looks at each machine once a minute. */
  private lookSoon(): void {
    this.looking = this.options.clock.setTimer(lookMs, () => {
      this.states.look(Math.ceil((this.state.machineCount * lookMs) / lookAtAllMs));
      this.saySoon();
      this.lookSoon();
    });
  }

  private noteOfStates(event: HarbingerEvent): void {
    // A window of a site is one of many machines.
    if (isEventOf(event, 'io.harbinger.machine.maintenance.v1')) this.states.all();
    const isOfMachine = isAlertEvent(event) || isEventOf(event, 'io.harbinger.prediction.now.v1');
    if (!isOfMachine || !('predictionId' in event.data)) return;
    const { site, machine, closed } = event.data;
    this.states.alerted(
      `${site}/${machine}`,
      isAlertEvent(event) && alertEventChange(event) === 'resolved',
      closed,
    );
  }

  private maintenanceOf({ site, machine }: { site: string; machine: string }): MaintenanceWindow | null {
    const { watch, clock } = this.options;
    const { maintenance } = watch;
    if (!maintenance.isOn({ site, machine })) return null;
    const nowMs = clock.nowMs();
    const isMeant = (window: MaintenanceWindow) =>
      window.fromMs <= nowMs &&
      (window.site === undefined || window.site === site) &&
      (window.machine === undefined || window.machine === machine);
    return maintenance.list(false).find(isMeant) ?? null;
  }

  private get hasChanged(): boolean {
    return this.state.hasChanged || this.states.hasChanged;
  }

  private saySoon(): void {
    if (!this.isStarted || this.saying || this.brokers.length === 0 || !this.hasChanged) return;
    if (this.stopping.signal.aborted) return;
    this.saying = this.say().finally(() => {
      this.saying = null;
    });
  }

  private async say(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.stopping;
    while (this.hasChanged) {
      let said = true;
      while (said && this.hasChanged) {
        said = await this.sayRound();
      }
      if (signal.aborted) return;
      await sleep(clock, roundMs, signal);
    }
  }

  /** Returns false if something could not be published, which then counts as changed again, or nothing is to be. */
  private async sayRound(): Promise<boolean> {
    const open = this.state.takeChanged(subjectsAtOnce);
    const subjects = open.length > 0 ? open : this.states.takeChanged(subjectsAtOnce);
    if (subjects.length === 0) return false;
    const said = await Promise.all(subjects.map(({ messages }) => this.publishAll(messages)));
    subjects.forEach((subject, i) => {
      if (!said[i]) subject.again();
    });
    return !said.includes(false);
  }

  private async publishAll(messages: readonly SiteMessage[]): Promise<boolean> {
    const said = await Promise.all(messages.map((message) => this.publish(message)));
    return !said.includes(false);
  }

  /** Returns false if a broker has not taken it. Never rejects. */
  private async publish({ topic, text }: SiteMessage): Promise<boolean> {
    try {
      const payload = Buffer.from(text);
      const published = () => Promise.all(this.brokers.map((broker) => broker.publish(topic, payload)));
      await withinBudget(published, publishMsMax, this.options.clock);
      this.counts.published += 1;
      return true;
    } catch (error) {
      this.counts.failed += 1;
      if (this.mayWarn())
        this.options.log.warn(
          { topic, problem: messageOf(error) },
          'a message about what is open could not be published; it is tried again',
        );
      return false;
    }
  }
}
