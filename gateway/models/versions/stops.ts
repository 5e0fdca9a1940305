import { timeText } from '../../../shared/contract/envelope.ts';
import { isSameRef, type ModelRef, parsedRef } from '../../../shared/contract/models/model-ref.ts';
import type { PersonsWord, RolloutStop, Waits } from '../../ports/fleet/fleet.ts';
import type { ModelLibrary } from '../../ports/models/models.ts';
import { Holds } from './holds.ts';
import type { Wish } from './plan.ts';
import type { Standing } from './standing.ts';

export interface StopsDeps {
  standing: Standing;
  installedOf(machineType: string): ModelRef | null;
  library: Pick<ModelLibrary, 'installed'>;
}

/** Rollouts that people have stopped: what is not in force yet does not come, and nothing is promoted. */
export class Stops {
  private readonly deps: StopsDeps;
  /** Stops of types, and of all. */
  private stops: readonly RolloutStop[] = [];
  /** Stops of sites and of single machines. */
  readonly holds: Holds;

  constructor(deps: StopsDeps) {
    this.deps = deps;
    this.holds = new Holds(deps);
  }

  set(stops: readonly RolloutStop[]): void {
    this.stops = stops.filter(({ site }) => site === undefined);
    this.holds.set(stops.filter(({ site }) => site !== undefined));
  }

  /** The word of a person that stops what is under way for a type: one about the type itself counts more than one about all. */
  of(machineType: string): PersonsWord | null {
    const said = (about: string | null) => this.stops.findLast((stop) => stop.machineType === about);
    return (said(machineType) ?? said(null))?.word ?? null;
  }

  /** Why a wish is held; null: it is not. What judges or runs already goes on, and going back stays possible. */
  waits(wish: Wish, inForce: readonly Wish[]): Waits | null {
    const word = this.of(wish.machineType);
    if (!word || this.isReached(wish, word, inForce)) return null;
    const { who, why, untilMs } = word;
    const until = untilMs === undefined ? '' : ` until ${timeText(untilMs)}`;
    const problem = `${who || 'a person'} has stopped rollouts for machines of type ${wish.machineType}${until}: ${why}`;
    return { state: 'preparing', problem };
  }

  private isReached(wish: Wish, word: PersonsWord, inForce: readonly Wish[]): boolean {
    const { standing, installedOf, library } = this.deps;
    const { key, version, machineType, model } = wish;
    if (inForce.some((each) => each.key === key && each.version === version)) return true;
    if (wish.role === 'active') {
      const before = parsedRef(standing.of(machineType)?.before ?? '');
      return standing.isOf(wish) || isSameRef(model, installedOf(machineType)) || isSameRef(model, before);
    }
    // After a restart: what was asked for before the stop and is here ran already, or was about to.
    return version < word.version && library.installed().some((each) => isSameRef(each, model));
  }
}
