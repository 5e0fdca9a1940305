import { onNextTurn } from '../runtime/clock.ts';
import { ActiveSide, type ActiveSideOptions, type Outcome } from './active-side.ts';
import type { Decided, Policy } from './policy.ts';
import type { Precedence } from './precedence.ts';

/** A policy that is asked about live inputs beside the active one. Nothing follows from its answers. */
export interface Challenger<I, A> {
  readonly policy: Policy<I, A>;
  /** True if it is to be asked about this input. Cheap: it is called for each input of each decision. */
  takes(input: I): boolean;
}

/** An input with what was decided about it, and what a challenger says. */
export interface Compared<I, A> {
  input: I;
  decided: Decided<A>;
  outcome: Outcome<A>;
  /** Time that the challenger took for the slice in which the input was. */
  latencyMs: number;
}

export interface ShadowOptions<I, A> extends Omit<ActiveSideOptions<I, A>, 'active'> {
  /** The decisions, which go before. */
  precedence: Precedence;
  /** The challengers now; the same object as long as it is the same challenger. */
  challengers(): readonly Challenger<I, A>[];
  /** Returns the input as it stays valid after its decision was made. */
  kept(input: I): I;
  /** Hears of each answer, and of each failure. */
  compared(challenger: Challenger<I, A>, compared: Compared<I, A>): void;
  /** Hears of inputs that were dropped because the challenger is too slow for them. */
  dropped(challenger: Challenger<I, A>, count: number): void;
}

/** Inputs that wait for one challenger; beyond it the oldest is dropped. */
const waitingMax = 512;
/** Inputs that a challenger is asked about at once: a decision that comes meanwhile finds this thread busy with no more than these. */
const sliceMax = 16;
/** While decisions are always under way, a slice comes in this time, so that a busy gateway learns something of a candidate too. */
const waitMsMax = 250;

interface Waiting<I, A> {
  input: I;
  decided: Decided<A>;
}

/**
 * Asks challengers about inputs that were decided. Each has a queue, a budget and a breaker of its own. An input is copied when its
 * decision is made and asked about in slices while no decision is under way, so no decision waits for a challenger or hears of its failures.
 */
export class ShadowSide<I, A> {
  private readonly options: ShadowOptions<I, A>;
  private readonly lanes = new Map<Challenger<I, A>, Lane<I, A>>();

  constructor(options: ShadowOptions<I, A>) {
    this.options = options;
  }

  /** Takes inputs that have just been decided. Never throws. */
  offer(inputs: readonly I[], decided: readonly Decided<A>[]): void {
    try {
      this.take(inputs, decided);
    } catch {
      // Trouble of a challenger does not concern the decision.
      for (const lane of this.lanes.values()) lane.lost(inputs.length);
    }
  }

  private take(inputs: readonly I[], decided: readonly Decided<A>[]): void {
    const challengers = this.options.challengers();
    if (challengers.length === 0 && this.lanes.size === 0) return;
    for (const challenger of this.lanes.keys())
      if (!challengers.includes(challenger)) this.lanes.delete(challenger);
    const kept = new Map<I, I>();
    const keep = (input: I) => {
      const known = kept.get(input) ?? this.options.kept(input);
      kept.set(input, known);
      return known;
    };
    for (const challenger of challengers) {
      inputs.forEach((input, i) => {
        if (!challenger.takes(input)) return;
        this.laneOf(challenger).add({ input: keep(input), decided: decided[i]! });
      });
    }
  }

  private laneOf(challenger: Challenger<I, A>): Lane<I, A> {
    const known = this.lanes.get(challenger);
    if (known) return known;
    const lane: Lane<I, A> = new Lane(
      challenger,
      this.options,
      (): boolean => this.lanes.get(challenger) === lane,
    );
    this.lanes.set(challenger, lane);
    return lane;
  }
}

/** The inputs that wait for one challenger. */
class Lane<I, A> {
  private readonly challenger: Challenger<I, A>;
  private readonly options: ShadowOptions<I, A>;
  private readonly isWanted: () => boolean;
  private readonly side: ActiveSide<I, A>;
  private waiting: Waiting<I, A>[] = [];
  private isBusy = false;

  constructor(challenger: Challenger<I, A>, options: ShadowOptions<I, A>, isWanted: () => boolean) {
    this.challenger = challenger;
    this.options = options;
    this.isWanted = isWanted;
    this.side = new ActiveSide({ ...options, active: challenger.policy });
  }

  add(one: Waiting<I, A>): void {
    this.waiting.push(one);
    if (this.waiting.length > waitingMax) {
      this.waiting.shift();
      this.lost(1);
    }
    if (this.isBusy) return;
    this.isBusy = true;
    void this.work();
  }

  /** Counts inputs that were not compared. Never throws. */
  lost(count: number): void {
    try {
      this.options.dropped(this.challenger, count);
    } catch {
      // Nobody is left who could count it.
    }
  }

  private async work(): Promise<void> {
    try {
      while (this.waiting.length > 0 && this.isWanted()) {
        await this.options.precedence.turn(waitMsMax);
        if (!this.isWanted()) return;
        const slice = this.waiting.splice(0, sliceMax);
        await this.ask(slice).catch(() => this.lost(slice.length));
        await new Promise<void>(onNextTurn);
      }
    } finally {
      this.isBusy = false;
    }
  }

  private async ask(slice: readonly Waiting<I, A>[]): Promise<void> {
    const { clock, compared } = this.options;
    const beganMs = clock.monotonicMs();
    const outcomes = await this.side.ask(slice.map(({ input }) => input));
    const latencyMs = Math.max(0, clock.monotonicMs() - beganMs);
    // Answers that come after it was taken back count for nothing.
    if (!this.isWanted()) return;
    slice.forEach((one, i) => {
      try {
        compared(this.challenger, { ...one, outcome: outcomes[i]!, latencyMs });
      } catch {
        this.lost(1);
      }
    });
  }
}
