import { eventIdOf, timeText } from '../../../shared/contract/envelope.ts';
import type { DecisionRecord } from '../../../shared/contract/events.ts';
import { refText } from '../../../shared/contract/models/model-ref.ts';
import { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Decided } from '../../../shared/decisions/policy.ts';
import { type Clock, every, type Timer } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Decision, DecisionCounts } from '../../ports/decision.ts';
import type { ModelTrials, SwitchedBy, TrialNow } from '../../ports/models/versions.ts';
import type { ReplayOutcome } from '../../ports/replay/replay.ts';
import type { Outbox } from '../../ports/uplink.ts';
import { EventSender } from '../event-sender.ts';
import { recordEvent } from '../record-event.ts';
import type { PromotionDecisionConfig } from './config.ts';
import {
  evidencePolicy,
  guardRules,
  inputOf,
  type PromotionAnswer,
  type PromotionInput,
  problemOfPromotion,
} from './policies.ts';

export interface PromotionDecisionOptions {
  gateway: string;
  /** Absent: nothing is tried here. */
  models?: ModelTrials | undefined;
  config: PromotionDecisionConfig;
  outbox: Outbox;
  clock: Clock;
  log: Log;
}

/** Proposes, promotes and takes back versions of models. While none is tried, it decides nothing. */
export class PromotionDecision implements Decision {
  private readonly options: PromotionDecisionOptions;
  private readonly governed: GovernedDecision<PromotionInput, PromotionAnswer>;
  private readonly sender: EventSender;
  /** Trials of which a proposal was recorded. */
  private proposed = new Set<string>();
  private timer: Timer | null = null;
  private deciding: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(options: PromotionDecisionOptions) {
    const { config, outbox, clock, log } = options;
    const { budgetMs, breaker } = config;
    this.options = options;
    this.governed = new GovernedDecision({
      name: 'promotion',
      active: evidencePolicy(config),
      fallback: guardRules(config),
      check: problemOfPromotion,
      ...{ budgetMs, breaker, clock },
    });
    this.sender = new EventSender(outbox, clock, log);
  }

  async start(): Promise<void> {
    const { models, clock, config } = this.options;
    if (!models || this.stopped) return;
    models.onSwitch((by) => this.switched(by));
    this.timer = every(clock, config.everyMs, () => {
      this.deciding = this.deciding.then(() => this.decide(models));
    });
  }

  async stop(): Promise<void> {
    this.stopped = true;
    this.timer?.cancel();
    await this.deciding;
  }

  /** Repeats decisions from the figures that their records have. */
  async replay(records: readonly DecisionRecord[]): Promise<ReplayOutcome[]> {
    const policies = [evidencePolicy(this.options.config), guardRules(this.options.config)];
    return records.map(({ decisionId, policy, inputs, answer }): ReplayOutcome => {
      const by = policies.find(({ name, version }) => name === policy.name && version === policy.version);
      if (!by) {
        const detail = `${policy.name} ${policy.version} is not in this version, or a person has decided`;
        return { decisionId, outcome: 'impossible', detail };
      }
      const replayed = by.decideNow?.([inputs as unknown as PromotionInput])[0]?.answer.action;
      const isSame = replayed === answer.action;
      const detail = isSame
        ? 'the same answer'
        : `${replayed}, recorded ${answer.action}; limits may have changed`;
      return { decisionId, outcome: isSame ? 'same' : 'differs', detail };
    });
  }

  stats(): DecisionCounts {
    return { decision: this.governed.stats(), dropped: 0, events: { pending: this.sender.pending().length } };
  }

  status() {
    return { ...this.stats(), proposed: [...this.proposed] };
  }

  private async decide(models: ModelTrials): Promise<void> {
    const trials = models.trials();
    this.proposed = new Set([...this.proposed].filter((key) => trials.some((trial) => trial.key === key)));
    if (trials.length === 0 || this.stopped) return;
    const inputs = trials.map(inputOf);
    const decided = await this.governed.decide(inputs);
    if (this.stopped) return;
    for (const [i, trial] of trials.entries()) await this.follow(models, trial, decided[i]!, inputs[i]!);
  }

  private async follow(
    models: ModelTrials,
    { key, candidate }: TrialNow,
    decided: Decided<PromotionAnswer>,
    inputs: PromotionInput,
  ): Promise<void> {
    const { verdict } = decided;
    // Without a verdict, what holds goes on to hold.
    if (!verdict || verdict.answer.action === 'wait') return;
    const { action } = verdict.answer;
    if (action === 'propose' && this.proposed.has(key)) return;
    if (action === 'propose') this.proposed.add(key);
    if (action === 'roll-back') models.rollBack(key, verdict.reasons[0] ?? 'it is worse');
    if (action === 'prove') models.prove(key);
    if (action === 'promote') models.promote(key);
    const { gateway, clock, log } = this.options;
    log.warn(
      { model: refText(candidate), action, reasons: verdict.reasons },
      'a model that is tried was judged',
    );
    const content = {
      subject: refText(candidate),
      inputs: { ...inputs },
      answer: { action, recorded: 'change' },
    };
    const record = this.governed.record(decided, content);
    if (!record) return;
    this.sender.add(recordEvent({ gateway, timeMs: clock.nowMs() }, record), false);
    await this.sender.flush();
  }

  /** Records that a person has decided which version judges, or is tried. */
  private switched({ what, model, before, override }: SwitchedBy): void {
    const { gateway, clock } = this.options;
    const timeMs = clock.nowMs();
    const record: DecisionRecord = {
      decisionId: eventIdOf(`promotion/${gateway}/${override.document}/${what}`),
      decision: 'promotion',
      subject: refText(model),
      inputs: { time: timeText(timeMs), before: before && refText(before) },
      answer: { action: what, recorded: 'change' },
      reasons: [`${override.by || 'A person'} wants it: ${override.why}`],
      confidence: 1,
      policy: { name: 'override', version: '1.0.0' },
      mode: 'override',
      override,
      latencyMs: 0,
    };
    this.sender.add(recordEvent({ gateway, timeMs }, record), false);
    this.deciding = this.deciding.then(() => this.sender.flush());
  }
}
