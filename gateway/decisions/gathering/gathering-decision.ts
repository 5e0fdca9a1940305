import type { DecisionRecord } from '../../../shared/contract/events.ts';
import { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Decided } from '../../../shared/decisions/policy.ts';
import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Decision, DecisionCounts } from '../../ports/decision.ts';
import type { Gathering, GatheringCounts, GatheringSetpoint } from '../../ports/gathering/gathering.ts';
import type { ReplayOutcome } from '../../ports/replay/replay.ts';
import type { Outbox } from '../../ports/uplink.ts';
import { EventSender } from '../event-sender.ts';
import { RecordChoice } from '../record-choice.ts';
import { recordEvent } from '../record-event.ts';
import type { GatheringDecisionConfig } from './config.ts';
import { type GatheringInput, gatheringRules, learnedPolicy, problemOfSetpoint } from './policies.ts';

export interface GatheringDecisionOptions {
  gateway: string;
  /** Absent: nothing gathers here. */
  gathering?: Gathering | undefined;
  config: GatheringDecisionConfig;
  outbox: Outbox;
  clock: Clock;
  log: Log;
}

/** No timer runs while no message waits for others. */
export class GatheringDecision implements Decision {
  private readonly options: GatheringDecisionOptions;
  private readonly governed: GovernedDecision<GatheringInput, GatheringSetpoint>;
  private readonly choice: RecordChoice;
  private readonly sender: EventSender;
  private before: GatheringCounts = { messages: 0, batches: 0, waits: 0, fruitful: 0 };
  private timer: Timer | null = null;
  private deciding: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: GatheringDecisionOptions) {
    const { config, outbox, clock, log } = options;
    const { budgetMs, breaker, skipWaitsMax, recordsPerMinuteMax } = config;
    this.options = options;
    this.governed = new GovernedDecision({
      name: 'gathering',
      active: learnedPolicy(skipWaitsMax),
      fallback: gatheringRules,
      check: problemOfSetpoint(skipWaitsMax),
      budgetMs,
      breaker,
      clock,
    });
    this.choice = new RecordChoice({ sampleMs: 0, recordsPerMinuteMax }, clock);
    this.sender = new EventSender(outbox, clock, log);
  }

  async start(): Promise<void> {
    const { gathering, clock, config } = this.options;
    if (!gathering || this.stopped) return;
    this.before = gathering.counts();
    gathering.waited = () => {
      this.timer ??= clock.setTimer(config.everyMs, () => {
        this.timer = null;
        this.deciding = this.decide(gathering).catch((error: unknown) => {
          const { log } = this.options;
          log.error({ problem: messageOf(error) }, 'how to gather was not decided');
        });
      });
    };
  }

  async stop(): Promise<void> {
    const { gathering } = this.options;
    this.stopped = true;
    this.timer?.cancel();
    if (gathering) gathering.waited = null;
    await this.deciding;
  }

  /** Repeats decisions from the counts that their records have. */
  async replay(records: readonly DecisionRecord[]): Promise<ReplayOutcome[]> {
    const learned = learnedPolicy(this.options.config.skipWaitsMax);
    return records.map(({ decisionId, policy, inputs, answer }) => {
      const by = [learned, gatheringRules].find(({ name }) => name === policy.name);
      if (by?.version !== policy.version)
        return {
          decisionId,
          outcome: 'impossible',
          detail: `${policy.name} ${policy.version} is not in this version`,
        };
      const replayed = by.decideNow?.([inputs as GatheringInput])[0]?.answer.skipWaits;
      const figures = { skipWaits: { recorded: answer.skipWaits, replayed } };
      return replayed === answer.skipWaits
        ? { decisionId, outcome: 'same', detail: 'the same answer', figures }
        : {
            decisionId,
            outcome: 'differs',
            detail: `skipWaits ${replayed}, recorded ${answer.skipWaits}`,
            figures,
          };
    });
  }

  stats(): DecisionCounts {
    return {
      decision: this.governed.stats(),
      dropped: 0,
      events: { pending: this.sender.pending().length },
    };
  }

  status() {
    return { ...this.stats(), setpoint: this.options.gathering?.setpoint ?? null };
  }

  private async decide(gathering: Gathering): Promise<void> {
    const { before } = this;
    const now = gathering.counts();
    this.before = now;
    const { setpoint, patience } = gathering;
    const input: GatheringInput = {
      messages: now.messages - before.messages,
      batches: now.batches - before.batches,
      waits: now.waits - before.waits,
      fruitful: now.fruitful - before.fruitful,
      skipWaits: setpoint.skipWaits,
      patience,
    };
    const [decided] = await this.governed.decide([input]);
    // Without a verdict, what holds goes on to hold.
    if (!decided?.verdict || this.stopped) return;
    const { answer } = decided.verdict;
    gathering.setpoint = answer;
    const hasChanged = answer.skipWaits !== setpoint.skipWaits || decided.mode !== 'active';
    if (hasChanged && this.choice.admits('mode')) await this.record(decided, input);
  }

  private async record(decided: Decided<GatheringSetpoint>, inputs: GatheringInput): Promise<void> {
    const { gateway, clock } = this.options;
    const answer = { ...decided.verdict?.answer, recorded: 'change' };
    const record = this.governed.record(decided, { subject: gateway, inputs, answer });
    if (!record) return;
    this.sender.add(recordEvent({ gateway, timeMs: clock.nowMs() }, record), false);
    await this.sender.flush();
  }
}
