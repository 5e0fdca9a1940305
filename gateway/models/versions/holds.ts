import { isSameRef, type ModelRef, parsedRef, refText } from '../../../shared/contract/models/model-ref.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { PersonsWord, RolloutStop } from '../../ports/fleet/fleet.ts';
import type { Wish } from './plan.ts';
import type { Wanted } from './slots.ts';
import type { Standing } from './standing.ts';

export interface HoldsDeps {
  standing: Pick<Standing, 'hold' | 'holdOf' | 'of'>;
  installedOf(machineType: string): ModelRef | null;
}

/**
 * Machines for which a person has stopped rollouts, one by one or for a site: the version that judged them then goes on to, whatever judges
 * others of their type later.
 */
export class Holds {
  private readonly deps: HoldsDeps;
  private stops: readonly RolloutStop[] = [];

  constructor(deps: HoldsDeps) {
    this.deps = deps;
  }

  /** Keeps with each that is new which versions judge now. */
  set(stops: readonly RolloutStop[]): void {
    this.stops = stops;
    this.deps.standing.hold(stops.map(({ word: { key, version } }) => ({ key, version })));
  }

  /** The wish without the machines for which rollouts were stopped before it was asked for. */
  without(wish: Wish): Wish {
    const isOpen = (site: string, machine: string) => {
      const word = this.of(site, machine);
      return !word || word.version > wish.version;
    };
    return { ...wish, covers: (site, machine) => wish.covers(site, machine) && isOpen(site, machine) };
  }

  /** The version that goes on to judge a machine in place of the one that judges its type; null: none does. It follows what is gone back to. */
  held(
    { site, machine, type }: MachineIdentity,
    inForce: readonly Wish[],
  ): (PersonsWord & { model: string }) | null {
    const word = this.of(site, machine);
    if (!word) return null;
    // A trial on it that is older than the stop goes on.
    const isTried = (wish: Wish) =>
      wish.role === 'ab' && wish.machineType === type.name && wish.covers(site, machine);
    if (inForce.some(isTried)) return null;
    const { standing, installedOf } = this.deps;
    const was = standing.holdOf(word)?.judged.find(({ machineType }) => machineType === type.name);
    const installed = installedOf(type.name);
    const judged = parsedRef(was?.model ?? '') ?? installed;
    const now = parsedRef(standing.of(type.name)?.model ?? '') ?? installed;
    const known = [judged, parsedRef(was?.before ?? ''), installed];
    if (!judged || known.some((each) => isSameRef(each, now))) return null;
    return { ...word, model: refText(judged) };
  }

  /** Versions that judge these machines beside the installed ones. */
  wanted(): Wanted[] {
    const { standing } = this.deps;
    return this.stops
      .flatMap(({ word }) => standing.holdOf(word)?.judged ?? [])
      .flatMap(({ machineType, model }) => {
        const ref = parsedRef(model);
        return ref ? [{ machineType, model: ref, isShadow: false }] : [];
      });
  }

  /** The nearest word counts: of the machine itself, then of its site. */
  private of(site: string, machine: string): PersonsWord | null {
    if (this.stops.length === 0) return null;
    const said = (name: string | undefined) =>
      this.stops.findLast((stop) => stop.site === site && stop.machine === name)?.word ?? null;
    return said(machine) ?? said(undefined);
  }
}
