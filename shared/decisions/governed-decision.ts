/**
 * The governed decision (shared/decisions), through which Harbinger makes every automatic decision. It knows neither
 * machines nor alerts. The active policy is asked within a time budget and behind a circuit breaker, and its verdicts
 * are checked. Inputs that it cannot decide go down a chain of further policies, the last of which, the fallback,
 * decides everything. For each input the caller always gets a result that says how it was reached, and an id to record
 * it under.
 */
import type { DecisionRecord } from '../contract/events.ts';
import { withinBudget } from '../runtime/budget.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { numberedIds } from '../runtime/numbered-ids.ts';
import { ActiveSide, type ActiveSideOptions, type NoVerdict, type Outcome } from './active-side.ts';
import { type Decided, type Mode, type Override, type Policy, problemOf, type Verdict } from './policy.ts';
import { Precedence } from './precedence.ts';
import { decisionRecord, type RecordContent } from './record.ts';
import { type ShadowOptions, ShadowSide } from './shadow-side.ts';
import { addLatency, type DecisionStats, emptyStats } from './stats.ts';

/** `check` (what is wrong with an answer, or null) is applied to the verdicts of all policies. */
export interface GovernedDecisionOptions<I, A> extends ActiveSideOptions<I, A> {
  /** Name of the decision, e.g. `alert`. */
  name: string;
  /**
   * Policies asked, in this order, about inputs that the active policy did not decide; the fallback decides the rest.
   */
  between?: readonly Policy<I, A>[];
  /** The last policy, made of rules: it should return at once, depend on nothing, and decide every input. */
  fallback: Policy<I, A>;
  /** The word of a person that the fallback, and nothing before it, is to decide this input; null if nobody says so. */
  overriding?(input: I): Override | null;
  /** The word of a person by which the active policy has answered as it did; null if it did so by itself. */
  touching?(input: I, answer: A): Override | null;
  /** Budget of each policy after the active one that does not decide at once, ms; none should exceed it. Default 1,000. */
  fallbackBudgetMs?: number;
  /** The policies that are asked beside the active one, of which nothing follows; absent: there are none. */
  shadow?: Omit<ShadowOptions<I, A>, 'budgetMs' | 'breaker' | 'check' | 'clock' | 'precedence'>;
  newId?: () => string;
}

type FallbackOutcome<A> =
  | { verdict: Verdict<A>; by: { name: string; version: string } }
  | { verdict?: undefined; failed: Failed };

/**
 * A failure, converted to an error only if no policy decides the input, because the stack of an error costs more than a
 * decision.
 */
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
  private readonly shadow: ShadowSide<I, A> | null;
  private readonly precedence: Precedence;

  constructor(options: GovernedDecisionOptions<I, A>) {
    this.name = options.name;
    this.options = options;
    this.active = new ActiveSide(options);
    this.counters = emptyStats(options.name);
    this.newId = options.newId ?? numberedIds();
    this.precedence = new Precedence(options.clock);
    const { precedence } = this;
    this.shadow = options.shadow ? new ShadowSide({ ...options, ...options.shadow, precedence }) : null;
  }

  /**
   * Returns one result for each input, in the same order. Takes at most `budgetMs`, plus `fallbackBudgetMs` for each
   * policy after the active one. Never rejects: if the fallback fails too, the result of that input carries the error
   * (DECISION_FALLBACK_FAILED) instead of a verdict.
   */
  async decide(inputs: readonly I[]): Promise<Decided<A>[]> {
    if (inputs.length === 0) return [];
    return this.shadow ? this.before(() => this.decideNow(inputs)) : this.decideNow(inputs);
  }

  /** Runs what a decision is part of, and what waits for one: no challenger is asked meanwhile, unless it would never be. */
  before<T>(work: () => Promise<T>): Promise<T> {
    return this.precedence.first(work);
  }

  private async decideNow(inputs: readonly I[]): Promise<Decided<A>[]> {
    const { clock } = this.options;
    const startedMs = clock.monotonicMs();
    const outcomes = await this.askActive(inputs);
    const refused: I[] = [];
    const overridden: boolean[] = [];
    for (let i = 0; i < outcomes.length; i++) {
      const { noVerdict } = outcomes[i]!;
      if (noVerdict === undefined) continue;
      refused.push(inputs[i]!);
      overridden.push(noVerdict.cause === 'override');
    }
    const fallbacks = refused.length === 0 ? [] : await this.askFallback(refused, overridden);
    const latencyMs = Math.max(0, clock.monotonicMs() - startedMs);
    addLatency(this.counters, latencyMs);
    let next = 0;
    const decided = outcomes.map((outcome, i) =>
      outcome.verdict
        ? this.byActive(inputs[i]!, outcome.verdict, latencyMs)
        : this.byFallback(outcome.noVerdict, fallbacks[next++]!, latencyMs),
    );
    this.shadow?.offer(inputs, decided);
    return decided;
  }

  /** Returns the record of a decision that the caller wants to keep; null if there was no verdict. */
  record(decided: Decided<A>, content: RecordContent): DecisionRecord | null {
    return decisionRecord(this.name, decided, content);
  }

  stats(): DecisionStats {
    return { ...structuredClone(this.counters), breaker: this.active.breakerStats };
  }

  /** The active policy does not hear of inputs about which a person has decided who decides. */
  private async askActive(inputs: readonly I[]): Promise<Outcome<A>[]> {
    const { overriding } = this.options;
    if (!overriding) return this.active.ask(inputs);
    const words = inputs.map((input) => overriding(input));
    if (words.every((word) => word === null)) return this.active.ask(inputs);
    const asked = inputs.filter((_, i) => words[i] === null);
    const outcomes = asked.length === 0 ? [] : await this.active.ask(asked);
    let next = 0;
    return words.map((word) => (word ? { noVerdict: overridden(word) } : outcomes[next++]!));
  }

  /** @param overridden which of the inputs a person gives to the fallback */
  private async askFallback(
    inputs: readonly I[],
    overridden: readonly boolean[],
  ): Promise<FallbackOutcome<A>[]> {
    const { fallback, between = [] } = this.options;
    const outcomes: FallbackOutcome<A>[] = [];
    for (const policy of between) {
      const open = this.undecided(outcomes, inputs, overridden);
      if (open.length === 0) break;
      if (policy.mayAnswer && !open.some((i) => policy.mayAnswer?.(inputs[i]!))) continue;
      await this.askInto(outcomes, policy, inputs, open);
    }
    const left = this.undecided(outcomes, inputs, null);
    if (left.length > 0) await this.askInto(outcomes, fallback, inputs, left);
    return outcomes;
  }

  /** The places of inputs without a verdict. @param overridden those that are not meant; null: all are */
  private undecided(
    outcomes: readonly FallbackOutcome<A>[],
    inputs: readonly I[],
    overridden: readonly boolean[] | null,
  ): number[] {
    const open: number[] = [];
    for (let i = 0; i < inputs.length; i++) if (!overridden?.[i] && !outcomes[i]?.verdict) open.push(i);
    return open;
  }

  private async askInto(
    outcomes: FallbackOutcome<A>[],
    policy: Policy<I, A>,
    inputs: readonly I[],
    open: readonly number[],
  ): Promise<void> {
    const asked = open.length === inputs.length ? inputs : open.map((i) => inputs[i]!);
    const answers = await this.askOne(policy, asked);
    for (let at = 0; at < open.length; at++) outcomes[open[at]!] = answers[at]!;
  }

  private async askOne(policy: Policy<I, A>, inputs: readonly I[]): Promise<FallbackOutcome<A>[]> {
    const { fallbackBudgetMs = 1_000, clock } = this.options;
    try {
      const ask = (signal: AbortSignal) => policy.decide(inputs, signal);
      const verdicts = policy.decideNow?.(inputs) ?? (await withinBudget(ask, fallbackBudgetMs, clock));
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
    if (verdict === null) return { failed: { policy, problem: 'it returned no answer for this input' } };
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

  private byActive(input: I, verdict: Verdict<A>, latencyMs: number): Decided<A> {
    const { name, version } = this.options.active;
    const override = this.options.touching?.(input, verdict.answer);
    const mode: Mode = override ? 'override' : 'active';
    this.count(mode, name);
    const policy = { name, version };
    const decided: Decided<A> = { verdict, decisionId: this.newId(), mode, policy, latencyMs };
    if (override) decided.override = override;
    return decided;
  }

  /** Written out, because most decisions of a gateway are made here, and a copied object costs more than deciding. */
  private byFallback(noVerdict: NoVerdict, fallback: FallbackOutcome<A>, latencyMs: number): Decided<A> {
    const { cause, detail, breaker, override } = noVerdict;
    this.counters.causes[cause] += 1;
    const mode: Mode = override ? 'override' : 'fallback';
    const fallbackCause = { cause, detail };
    const decisionId = this.newId();
    if (fallback.verdict) this.count(mode, fallback.by.name);
    else this.counters.undecided += 1;
    const decided: Decided<A> = fallback.verdict
      ? { decisionId, mode, policy: fallback.by, fallbackCause, latencyMs, verdict: fallback.verdict }
      : { decisionId, mode, ...this.undecidedBy(fallback.failed), fallbackCause, latencyMs };
    if (override) decided.override = override;
    if (breaker) decided.breaker = breaker;
    return decided;
  }

  private undecidedBy(failed: Failed) {
    const { name, version } = this.options.fallback;
    return { policy: { name, version }, verdict: null, error: this.fallbackFailed(failed) };
  }

  private count(mode: Mode, policy: string): void {
    const { decided, byPolicy } = this.counters;
    decided[mode] += 1;
    byPolicy[policy] = (byPolicy[policy] ?? 0) + 1;
  }
}

function overridden(override: Override): NoVerdict {
  const { by, why, until } = override;
  const end = until === undefined ? '' : ` until ${until}`;
  return { cause: 'override', detail: `${by || 'a person'} wants it${end}: ${why}`, override };
}
