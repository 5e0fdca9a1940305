import { eventIdOf, timeText } from '../../../shared/contract/envelope.ts';
import type { DecisionRecord } from '../../../shared/contract/events.ts';
import { refText } from '../../../shared/contract/models/model-ref.ts';
import { GovernedDecision } from '../../../shared/decisions/governed-decision.ts';
import type { Decided } from '../../../shared/decisions/policy.ts';
import { type Clock, every, type Timer } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Decision, DecisionCounts } from '../../ports/decision.ts';
import type { ModelStep, ModelTrials, SwitchedBy, TrialNow } from '../../ports/models/versions.ts';
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
  /** Steps whose record is with the sender, by the id of the record. */
  private readonly telling = new Map<string, ModelStep>();
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
    // A stop may have come between a step and its record.
    for (const step of models.owed()) this.addStep(step);
    models.onSwitch((by) => this.switched(by));
    this.timer = every(clock, config.everyMs, () => this.inTurn(() => this.decide(models)));
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
    if (trials.length === 0 || this.stopped) return this.send();
    const inputs = trials.map(inputOf);
    const decided = await this.governed.decide(inputs);
    if (this.stopped) return;
    for (const [i, trial] of trials.entries()) this.follow(models, trial, decided[i]!, inputs[i]!);
    await this.send();
  }

  private follow(
    models: ModelTrials,
    { key, candidate }: TrialNow,
    decided: Decided<PromotionAnswer>,
    inputs: PromotionInput,
  ): void {
    const { verdict } = decided;
    // Without a verdict, what holds goes on to hold.
    if (!verdict || verdict.answer.action === 'wait') return;
    const { action } = verdict.answer;
    if (action === 'propose' && this.proposed.has(key)) return;
    if (action === 'propose') this.proposed.add(key);
    const why = verdict.reasons[0] ?? 'it is worse';
    let step: ModelStep | null = null;
    if (action === 'roll-back') step = models.rollBack(key, why);
    if (action === 'prove') step = models.prove(key, why);
    if (action === 'promote') step = models.promote(key, why);
    if (action !== 'propose' && !step) return;
    const { clock, log } = this.options;
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
    const named = step ? { ...record, decisionId: this.idOf(step) } : record;
    this.add(named, step?.atMs ?? clock.nowMs(), step);
  }

  /** Records that a person has decided which version judges, or is tried. */
  private switched({ what, model, before, override, step }: SwitchedBy): void {
    const { gateway, clock } = this.options;
    if (step) this.addStep(step);
    else {
      const atMs = clock.nowMs();
      const decisionId = eventIdOf(`promotion/${gateway}/${override.document}/${what}`);
      const ofPerson = { what, model: refText(model), atMs, override };
      const record = recordOf(before ? { ...ofPerson, before: refText(before) } : ofPerson, decisionId);
      this.add(record, atMs, null);
    }
    this.inTurn(() => this.send());
  }

  /** Begins it when what is under way has ended. A failure is logged, and holds up nothing that comes later. */
  private inTurn(work: () => Promise<void>): void {
    this.deciding = this.deciding.then(work).catch((error: unknown) => {
      const { log } = this.options;
      log.error({ problem: messageOf(error) }, 'versions of models were not judged');
    });
  }

  private addStep(step: ModelStep): void {
    this.add(recordOf(step, this.idOf(step)), step.atMs, step);
  }

  private add(record: DecisionRecord, timeMs: number, step: ModelStep | null): void {
    const event = recordEvent({ gateway: this.options.gateway, timeMs }, record);
    if (step) this.telling.set(event.id, step);
    this.sender.add(event, true);
  }

  /** Writes records, of steps that are on disk: a record of what is not so after a power cut would be untrue. */
  private async send(): Promise<void> {
    const { models } = this.options;
    if (this.sender.pending().length === 0) return;
    await models?.saved();
    await this.sender.flush();
    const left = new Set(this.sender.pending().map(({ id }) => id));
    for (const [id, step] of this.telling) {
      if (left.has(id)) continue;
      this.telling.delete(id);
      models?.told(step.id);
    }
  }

  /** Always the same for one step, so that a record that is written twice is one. */
  private idOf(step: ModelStep): string {
    return eventIdOf(`promotion/${this.options.gateway}/${step.id}`);
  }
}

/** The record of a step of which nothing but itself is known: a person has wanted it, or the gateway has stopped since. */
function recordOf(
  step: Omit<ModelStep, 'id' | 'what'> & { what: string },
  decisionId: string,
): DecisionRecord {
  const { what, model, before = null, atMs, why, override } = step;
  return {
    ...{ decisionId, decision: 'promotion', subject: model },
    inputs: { time: timeText(atMs), before },
    answer: { action: what, recorded: 'change' },
    reasons: override
      ? [`${override.by || 'A person'} wants it: ${override.why}`]
      : [why ?? 'it was decided', 'The gateway stopped before this was recorded, and its figures are lost'],
    confidence: 1,
    policy: { name: override ? 'override' : 'recorded-later', version: '1.0.0' },
    mode: override ? 'override' : 'active',
    ...(override && { override }),
    latencyMs: 0,
  };
}
