import type { BreakerNote } from '../contract/decisions/decision-record.ts';
import { BudgetExceeded, withinBudget } from '../runtime/budget.ts';
import type { Clock } from '../runtime/clock.ts';
import { messageOf } from '../runtime/errors.ts';
import { Breaker, type BreakerSettings, type BreakerState, type OpenedBy } from './breaker.ts';
import {
  type CheckAnswer,
  type FallbackCause,
  type Override,
  type Policy,
  problemOf,
  type Verdict,
} from './policy.ts';

/** Limit of runs that ignored their abort signal and are still going; at this limit the policy is not asked. */
const abandonedMax = 4;
const detailLengthMax = 200;

/** The reason why an input goes to the fallback. */
export interface NoVerdict {
  cause: FallbackCause;
  detail: string;
  /** Present if the cause is 'breaker-open'. */
  breaker?: BreakerNote;
  /** Present if the cause is 'override'. */
  override?: Override;
}
export type Outcome<A> =
  | { verdict: Verdict<A>; noVerdict?: undefined }
  | { verdict?: undefined; noVerdict: NoVerdict };

/** A failure of the policy as a whole, which the breaker counts. */
class PolicyFailure extends Error {
  readonly noVerdict: NoVerdict;
  constructor(cause: FallbackCause, detail: string) {
    super(detail);
    this.noVerdict = { cause, detail: detail.slice(0, detailLengthMax) };
  }
}

export interface ActiveSideOptions<I, A> {
  active: Policy<I, A>;
  budgetMs: number;
  breaker: BreakerSettings;
  check: CheckAnswer<A>;
  clock: Clock;
}

/** One for all: where no model is meant, as for most machines, each decision has it. */
const noAnswer = {
  noVerdict: { cause: 'no-answer', detail: 'the policy has no answer for this input' },
} as const;

/** Asks the active policy within its budget and behind its breaker, and checks its verdicts. Never rejects. */
export class ActiveSide<I, A> {
  private readonly options: ActiveSideOptions<I, A>;
  private readonly breaker: Breaker;
  private abandoned = 0;

  constructor(options: ActiveSideOptions<I, A>) {
    this.options = options;
    this.breaker = new Breaker(options.breaker, options.budgetMs, options.clock);
  }

  get breakerStats(): { state: BreakerState; opened: number; openings: Record<OpenedBy, number> } {
    const { state, opened, openings } = this.breaker;
    return { state, opened, openings: { ...openings } };
  }

  /** Returns one outcome for each input, in the same order. */
  async ask(inputs: readonly I[]): Promise<Outcome<A>[]> {
    const { active } = this.options;
    if (active.mayAnswer && !inputs.some((input) => active.mayAnswer?.(input)))
      return inputs.map(() => noAnswer);
    if (!this.breaker.admits()) {
      const noVerdict = this.resting();
      return inputs.map(() => ({ noVerdict }));
    }
    try {
      return await this.breaker.run(async () => {
        const outcomes = this.checked(await this.run(inputs), inputs.length);
        return { value: outcomes, evidence: outcomes.some(({ verdict }) => verdict !== undefined) };
      });
    } catch (error) {
      const { noVerdict } =
        error instanceof PolicyFailure ? error : new PolicyFailure('error', messageOf(error));
      return inputs.map(() => ({ noVerdict }));
    }
  }

  /** @throws PolicyFailure */
  private async run(inputs: readonly I[]): Promise<(Verdict<A> | null)[]> {
    const { active, budgetMs, clock } = this.options;
    if (this.abandoned >= abandonedMax) {
      throw new PolicyFailure('busy', `${this.abandoned} earlier runs have not ended`);
    }
    let running: Promise<unknown> = Promise.resolve();
    const ask = (signal: AbortSignal) => {
      const run = active.decide(inputs, signal);
      running = run;
      return run;
    };
    try {
      return await withinBudget(ask, budgetMs, clock);
    } catch (error) {
      if (!(error instanceof BudgetExceeded)) throw error;
      this.abandon(running);
      throw new PolicyFailure('timeout', error.message);
    }
  }

  private abandon(running: Promise<unknown>): void {
    this.abandoned += 1;
    const ended = () => {
      this.abandoned -= 1;
    };
    running.then(ended, ended);
  }

  /**
   * Checks the verdicts. A wrong number of them is a failure of the policy, and so is a batch without a single valid
   * verdict. Otherwise an invalid verdict concerns its own input only, so that one odd machine does not cut off the
   * model from the others.
   */
  private checked(verdicts: (Verdict<A> | null)[], count: number): Outcome<A>[] {
    if (verdicts.length !== count) {
      throw new PolicyFailure('invalid', `${verdicts.length} verdicts for ${count} inputs`);
    }
    const outcomes = verdicts.map((verdict) => this.checkedOne(verdict));
    const invalid = outcomes.flatMap((outcome) =>
      outcome.noVerdict?.cause === 'invalid' ? [outcome.noVerdict] : [],
    );
    if (invalid.length > 0 && !outcomes.some(({ verdict }) => verdict !== undefined)) {
      throw new PolicyFailure('invalid', invalid[0]!.detail);
    }
    return outcomes;
  }

  private checkedOne(verdict: Verdict<A> | null): Outcome<A> {
    if (verdict === null) return noAnswer;
    const problem = problemOf(verdict, this.options.check);
    return problem === null
      ? { verdict }
      : { noVerdict: { cause: 'invalid', detail: problem.slice(0, detailLengthMax) } };
  }

  private resting(): NoVerdict {
    const state = this.breaker.state === 'half-open' ? 'is being tried again' : 'is suspended';
    const breaker = this.breaker.note();
    const detail = `it ${state} ${this.breaker.why}`.slice(0, detailLengthMax);
    return { cause: 'breaker-open', detail, ...(breaker && { breaker }) };
  }
}
