/**
 * Onboarding (gateway/onboarding): machines that no rule names. waiting-list.ts summarises what they send, held-letters.ts finds
 * the dead letters that hold it, and here people take them in, or say to ignore them; declared-book.ts keeps what they said. It
 * runs in the data thread, except for admin.ts, and reads no payload itself: gateway/pipeline/onboarding gives it what was read.
 */
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { Exclusive } from '../../shared/runtime/order/exclusive.ts';
import type { RedrivenLetters } from '../ports/dead-letters.ts';
import type {
  AcceptedMachines,
  OnboardingData,
  WaitingMachine,
  WhoAsks,
} from '../ports/onboarding/onboarding.ts';
import type { KnownMachine } from '../ports/retiring.ts';
import type { DeclaredBook } from './declared-book.ts';
import type { HeldLetters } from './held-letters.ts';
import type { WaitingList } from './waiting-list.ts';

export interface OnboardingParts {
  book: DeclaredBook;
  list: WaitingList;
  held: HeldLetters;
  hasType(name: string): boolean;
  /** The name of the type that the configuration gives a machine; null if it says none. */
  configuredType(key: string): string | null;
  /** Machines that have sent readings; all of them. */
  known(): readonly KnownMachine[];
  /** The rule that people have made for a machine, by its name or a pattern. */
  ruleOf(key: string): { type: string | null } | null;
  /** Tests names `site/machine`. */
  matcherOf(match: string): (key: string) => boolean;
  /** Resolves when everything that came before is settled. */
  idle(): Promise<void>;
  redrive(ids: number[]): Promise<RedrivenLetters>;
  clock: Pick<Clock, 'monotonicMs'>;
}

/** One request takes in letters for no longer; those that are left need another. */
const redriveMsMax = 20_000;
const redrivenTogether = 500;

const refusal = (code: string, message: string) => new HarbingerError(code, 'contract', message);

/** The name of a machine that is taken in, its type (null where the configuration says it), and its letters. */
interface Taken {
  key: string;
  machineType: string | null;
  ids: number[];
}

export class Onboarding implements OnboardingData {
  private readonly parts: OnboardingParts;
  /** Two people who take in one machine do not do so as two types. */
  private readonly exclusive = new Exclusive();
  /** Machines whose messages are redriven just now: they are not known yet, and have their types all the same. */
  private readonly taking = new Set<readonly Taken[]>();

  constructor(parts: OnboardingParts) {
    this.parts = parts;
  }

  /** Machines that people ignore, or that are known by now, are left out. */
  async waiting(limit: number): Promise<{ machines: WaitingMachine[]; notListed: number }> {
    const { held, list } = this.parts;
    const letters = await held.byMachine();
    const waiting = list.list().filter(({ site, machine }) => this.isWaiting(`${site}/${machine}`));
    const machines = waiting.slice(0, limit).map((one) => {
      const { ids = [], sinceMs = one.firstMs } = letters.get(`${one.site}/${one.machine}`) ?? {};
      const messages = Math.max(one.messages, ids.length);
      return { ...one, messages, firstMs: Math.min(one.firstMs, sinceMs), held: ids.length };
    });
    return { machines, notListed: list.notListed + waiting.length - machines.length };
  }

  async accept({ match, type }: { match: string; type: string }, who: WhoAsks): Promise<AcceptedMachines> {
    const { book, list, matcherOf } = this.parts;
    const matches = matcherOf(match);
    const taken = await this.exclusive.run(async () => {
      this.refuseType(match, type);
      await book.set(match, type, who);
      const held = await this.heldOf(matches);
      this.taking.add(held);
      return held;
    });
    try {
      const outcome = await this.redriven(taken.flatMap(({ ids }) => ids).sort((a, b) => a - b));
      list.forget(matches);
      return { ...outcome, machines: taken.map(({ key }) => key) };
    } finally {
      this.taking.delete(taken);
    }
  }

  /** Machines of which messages are held and that have a type now. */
  private async heldOf(matches: (key: string) => boolean): Promise<Taken[]> {
    const { held, idle, ruleOf } = this.parts;
    // A message of before this is a dead letter by now, or will be.
    await idle();
    const letters = [...(await held.byMachine())].filter(([key]) => matches(key) && !this.isWaiting(key));
    return letters.map(([key, { ids }]) => ({ key, ids, machineType: ruleOf(key)?.type ?? null }));
  }

  private async redriven(ids: number[]): Promise<Omit<AcceptedMachines, 'machines'>> {
    const { redrive, clock } = this.parts;
    const outcome = { redriven: 0, failedAgain: 0, left: ids.length };
    const untilMs = clock.monotonicMs() + redriveMsMax;
    while (outcome.left > 0 && clock.monotonicMs() < untilMs) {
      const some = ids.splice(0, redrivenTogether);
      const { redriven, failedAgain } = await redrive(some);
      outcome.redriven += redriven;
      outcome.failedAgain += failedAgain;
      outcome.left = ids.length;
    }
    return outcome;
  }

  ignore(match: string, who: WhoAsks): Promise<{ machines: string[] }> {
    const { book, list, configuredType, ruleOf, matcherOf } = this.parts;
    return this.exclusive.run(async () => {
      const configured = configuredType(match);
      if (configured !== null)
        throw refusal(
          'ONBOARDING_CONFIGURED',
          `the configuration says that '${match}' is of type '${configured}': take it out of [[machines]] first`,
        );
      await book.set(match, null, who);
      list.forget(matcherOf(match));
      const isIgnored = (key: string) => configuredType(key) === null && ruleOf(key)?.type === null;
      return { machines: this.knownOf(match).flatMap(({ key }) => (isIgnored(key) ? [key] : [])) };
    });
  }

  async declared() {
    return this.parts.book.list();
  }

  /** Asked again after it was done by half, it goes on: machines that nothing names are forgotten then. */
  undo(match: string, who: WhoAsks): Promise<{ isKnown: boolean; machines: string[] }> {
    const { book } = this.parts;
    return this.exclusive.run(async () => {
      const rule = book.find(match);
      const isRemoved = await book.remove(match, who);
      const machines = this.knownOf(match)
        .filter(({ key, machineType }) => (!rule || machineType === rule.type) && this.isWaiting(key))
        .map(({ key }) => key);
      return { isKnown: isRemoved || machines.length > 0, machines };
    });
  }

  private knownOf(match: string): { key: string; machineType: string }[] {
    const { known, matcherOf } = this.parts;
    const matches = matcherOf(match);
    return known()
      .map(({ site, machine, machineType }) => ({ key: `${site}/${machine}`, machineType }))
      .filter(({ key }) => matches(key));
  }

  /** True for a machine that neither the configuration nor a person has named. */
  private isWaiting(key: string): boolean {
    if (this.parts.configuredType(key) !== null) return false;
    const rule = this.parts.ruleOf(key);
    return rule === null || (rule.type !== null && !this.parts.hasType(rule.type));
  }

  private refuseType(match: string, type: string): void {
    const { book, hasType, configuredType, matcherOf } = this.parts;
    if (!hasType(type))
      throw refusal(
        'ONBOARDING_TYPE',
        `there is no machine type '${type}': put its file into the folder that machineTypesDir names (harbinger machines propose writes one), or take one of harbinger types list`,
      );
    const configured = configuredType(match);
    if (configured !== null && configured !== type)
      throw refusal(
        'ONBOARDING_CONFIGURED',
        `the configuration says that '${match}' is of type '${configured}': change it under [[machines]]`,
      );
    // Its messages may not have been taken in yet.
    const { type: before = null } = book.find(match) ?? {};
    const matches = matcherOf(match);
    const inHand = [...this.taking].flat().filter(({ key }) => matches(key));
    const other = [...this.knownOf(match), ...inHand].find(
      ({ key, machineType }) => machineType !== type && configured === null && configuredType(key) === null,
    );
    const [taken, as] = other ? [other.key, other.machineType] : [match, before];
    if (as !== null && as !== type && hasType(as))
      throw refusal(
        'ONBOARDING_KNOWN',
        `${taken} is taken in as '${as}' already: take that back first (harbinger machines undo)`,
      );
  }
}
