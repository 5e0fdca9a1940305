/**
 * The governed decision: the one way in which anything automatic is decided in Harbinger. The active policy is asked
 * within a time budget and behind a circuit breaker; its verdicts are checked; whatever it cannot decide goes down a
 * chain of further policies, the last of which, the fallback, decides everything. The caller always gets an answer for each input, how it came about, and an id to record it under.
 */
import type { DecisionRecord } from '../contract/events.ts';
import { withinBudget } from '../runtime/budget.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { numberedIds } from '../runtime/numbered-ids.ts';
import { ActiveSide, type ActiveSideOptions, type Refusal } from './active-side.ts';
import { type Decided, type Mode, type Policy, problemOf, type Verdict } from './policy.ts';
import { decisionRecord, type RecordContent } from './record.ts';
import { addLatency, type DecisionStats, emptyStats } from './stats.ts';

/** `check` (what is wrong with an answer, or null) is applied to both policies. */
export interface GovernedDecisionOptions<I, A> extends ActiveSideOptions<I, A> {
  /** Which decision this is, e.g. `alert`. */
  name: string;
  /** Asked in this order for what the active policy did not decide; what they do not decide either, the fallback does. */
  between?: readonly Policy<I, A>[];
  /** Rules: synchronous in spirit, needs nothing, answers everything. */
  fallback: Policy<I, A>;
  /** For each policy of the chain after the active one: none should ever need it. Default 1,000. */
  fallbackBudgetMs?: number;
  newId?: () => string;
}

type FallbackOutcome<A> =
  | { verdict: Verdict<A>; by: { name: string; version: string } }
  | { verdict?: undefined; failed: Failed };

/** Made an error only where no policy has an answer: an error's stack costs more than a decision. */
interface Failed {
  policy: { name: string; version: string };
  problem: string;
  cause?: unknown;
}

export class GovernedDecision<I, A> {
  readonly name: string;
  private readonly options: GovernedDecisionOptions<I, A>;
  private readonly active: ActiveSide<I, A>;
  private readonly counters: Omit<DecisionStats, 'breaker'>;
  private readonly newId: () => string;

  constructor(options: GovernedDecisionOptions<I, A>) {
    this.name = options.name;
    this.options = options;
    this.active = new ActiveSide(options);
    this.counters = emptyStats(options.name);
    this.newId = options.newId ?? numberedIds();
  }

  /**
   * One result for each input, in the same order. Takes at most `budgetMs`, and `fallbackBudgetMs` for each policy after
   * the active one. Never rejects: where the fallback fails too, that input's result carries the error (DECISION_FALLBACK_FAILED) instead of a verdict.
   */
  async decide(inputs: readonly I[]): Promise<Decided<A>[]> {
    if (inputs.length === 0) return [];
    const { clock } = this.options;
    const startedMs = clock.monotonicMs();
    const outcomes = await this.active.ask(inputs);
    const refused = inputs.filter((_, i) => 'refusal' in outcomes[i]!);
    const fallbacks = refused.length === 0 ? [] : await this.askFallback(refused);
    const latencyMs = Math.max(0, clock.monotonicMs() - startedMs);
    addLatency(this.counters, latencyMs);
    let next = 0;
    return outcomes.map((outcome) =>
      'verdict' in outcome
        ? this.byActive(outcome.verdict, latencyMs)
        : this.byFallback(outcome.refusal, fallbacks[next++]!, latencyMs),
    );
  }

  /** The record of a decision that the caller finds worth keeping; null where there was no verdict. */
  record(decided: Decided<A>, content: RecordContent): DecisionRecord | null {
    return decisionRecord(this.name, decided, content);
  }

  stats(): DecisionStats {
    return { ...structuredClone(this.counters), breaker: this.active.breakerStats };
  }

  private async askFallback(inputs: readonly I[]): Promise<FallbackOutcome<A>[]> {
    const { fallback, between = [] } = this.options;
    const outcomes: FallbackOutcome<A>[] = [];
    let open = inputs.map((_, i) => i);
    for (const policy of [...between, fallback]) {
      const answers = await this.askOne(
        policy,
        open.map((i) => inputs[i]!),
      );
      answers.forEach((outcome, at) => {
        outcomes[open[at]!] = outcome;
      });
      open = open.filter((i) => !outcomes[i]!.verdict);
      if (open.length === 0) break;
    }
    return outcomes;
  }

  private async askOne(policy: Policy<I, A>, inputs: readonly I[]): Promise<FallbackOutcome<A>[]> {
    const { fallbackBudgetMs = 1_000, clock } = this.options;
    try {
      const ask = (signal: AbortSignal) => policy.decide(inputs, signal);
      const verdicts = await withinBudget(ask, fallbackBudgetMs, clock);
      if (verdicts.length !== inputs.length) {
        throw new Error(`${verdicts.length} verdicts for ${inputs.length} inputs`);
      }
      const by = { name: policy.name, version: policy.version };
      return verdicts.map((verdict) => this.checkedFallback(policy, by, verdict));
    } catch (error) {
      const outcome = { failed: { policy, problem: messageOf(error), cause: error } };
      return inputs.map(() => outcome);
    }
  }

  private checkedFallback(
    policy: Policy<I, A>,
    by: { name: string; version: string },
    verdict: Verdict<A> | null,
  ): FallbackOutcome<A> {
    if (verdict === null) return { failed: { policy, problem: 'it gave no answer for this input' } };
    const problem = problemOf(verdict, this.options.check);
    if (problem !== null) return { failed: { policy, problem } };
    return { verdict, by };
  }

  private fallbackFailed({ policy, problem, cause }: Failed): HarbingerError {
    const { active } = this.options;
    return new HarbingerError(
      'DECISION_FALLBACK_FAILED',
      'decision',
      `decision '${this.name}': fallback policy ${policy.name} ${policy.version} failed: ${problem} ` +
        `(breaker of ${active.name} is ${this.active.breakerStats.state})`,
      { cause },
    );
  }

  private byActive(verdict: Verdict<A>, latencyMs: number): Decided<A> {
    const { name, version } = this.options.active;
    this.count('active', name);
    return { verdict, decisionId: this.newId(), mode: 'active', policy: { name, version }, latencyMs };
  }

  private byFallback(refusal: Refusal, fallback: FallbackOutcome<A>, latencyMs: number): Decided<A> {
    this.counters.causes[refusal.cause] += 1;
    const decisionId = this.newId();
    if (!fallback.verdict) {
      this.counters.undecided += 1;
      const { name, version } = this.options.fallback;
      return {
        decisionId,
        mode: 'fallback',
        fallbackCause: refusal,
        latencyMs,
        policy: { name, version },
        verdict: null,
        error: this.fallbackFailed(fallback.failed),
      };
    }
    const { by, verdict } = fallback;
    this.count('fallback', by.name);
    return { decisionId, mode: 'fallback', fallbackCause: refusal, latencyMs, policy: by, verdict };
  }

  private count(mode: Mode, policy: string): void {
    const { decided, byPolicy } = this.counters;
    decided[mode] += 1;
    byPolicy[policy] = (byPolicy[policy] ?? 0) + 1;
  }
}
