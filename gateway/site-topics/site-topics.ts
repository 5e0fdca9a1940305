/**
 * Site topics (gateway/site-topics): what the gateway says at its own broker of each machine and of itself, retained, for
 * stack lights, HMIs and PLCs, also while the cloud is out of reach. site-state.ts knows what is open, and this file says
 * it. Who may listen is the broker's business, and what opens and ends is decided elsewhere: here the events are
 * overheard on their way to the outbox.
 */
import type { ConditionData } from '../../shared/contract/condition.ts';
import { withinBudget } from '../../shared/runtime/budget.ts';
import { type Clock, sleep } from '../../shared/runtime/clock.ts';
import { messageOf } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import type { AlertInput, OpenAlert } from '../ports/decision.ts';
import type { SiteBroker } from '../ports/source.ts';
import type { Outbox } from '../ports/uplink.ts';
import { type SiteMessage, SiteState } from './site-state.ts';
import type { SiteTopicsStats } from './statistics.ts';

/** Time between two rounds: what changes more often is published once a round. */
export const roundMs = 500;
const subjectsAtOnce = 64;
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
  clock: Clock;
  log: Log;
}

export class SiteTopics {
  private readonly counts = { published: 0, failed: 0 };
  private readonly options: SiteTopicsOptions;
  private readonly state: SiteState;
  private readonly mayWarn: () => boolean;
  private readonly stopping = new AbortController();
  private brokers: readonly SiteBroker[] = [];
  private isStarted = false;
  private saying: Promise<void> | null = null;

  constructor(options: SiteTopicsOptions) {
    this.options = options;
    this.state = new SiteState(options.gateway);
    this.mayWarn = rateLimit(options.clock, warnEveryMs);
  }

  /** An outbox that also says here what it is given, whether or not the journal takes it. */
  overheard(outbox: Outbox): Outbox {
    return {
      event: (event) => {
        this.state.note(event);
        this.saySoon();
        return outbox.event(event);
      },
      estimates: (lines) => outbox.estimates(lines),
    };
  }

  /** Machines that are judged: those without alerts get a message that they have none. */
  judged(inputs: readonly AlertInput[]): void {
    for (const { machine, silence } of inputs) if (!silence) this.state.judged(machine.site, machine.machine);
    this.saySoon();
  }

  /** Removes the messages of a machine that was retired, within a round or two. */
  retired(site: string, machine: string): void {
    this.state.retired(site, machine);
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
    this.isStarted = true;
    this.saySoon();
  }

  /** Says what has changed before, within a bounded time. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.race([this.saying, sleep(this.options.clock, stopMsMax)]);
  }

  stats(): SiteTopicsStats {
    return { machines: this.state.machineCount, ...this.counts };
  }

  private saySoon(): void {
    if (!this.isStarted || this.saying || this.brokers.length === 0 || !this.state.hasChanged) return;
    if (this.stopping.signal.aborted) return;
    this.saying = this.say().finally(() => {
      this.saying = null;
    });
  }

  private async say(): Promise<void> {
    const { clock } = this.options;
    const { signal } = this.stopping;
    while (this.state.hasChanged) {
      let said = true;
      while (said && this.state.hasChanged) {
        said = await this.sayRound();
      }
      if (signal.aborted) return;
      await sleep(clock, roundMs, signal);
    }
  }

  /** Returns false if something could not be published; it then counts as changed again. */
  private async sayRound(): Promise<boolean> {
    const subjects = this.state.takeChanged(subjectsAtOnce);
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
