import type { ModelsCompared } from '../../../../shared/contract/models/compared.ts';
import { isSameRef, type ModelRef, refText } from '../../../../shared/contract/models/model-ref.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { AlertInput, Assessor } from '../../../ports/decision.ts';
import type {
  KnownCases,
  ModelChallenger,
  ModelChallengers,
  ModelStep,
  ModelTrials,
  Observation,
  SwitchedBy,
  TrialNow,
} from '../../../ports/models/versions.ts';
import type { Health } from '../health.ts';
import type { Wish } from '../plan.ts';
import type { Standing } from '../standing.ts';
import { Trial, type TrialRole } from './trial.ts';

/** A trial as it is wanted now. */
export interface WantedTrial {
  wish: Wish;
  role: TrialRole;
  against: ModelRef;
  /** The assessor that is asked beside the judge; null: none, as each machine is judged by one of both. */
  asked: Assessor | null;
  /** How the candidate answers where it judges. */
  health: Health | null;
  /** Cases of an earlier trial of the same two. */
  known: KnownCases | null;
}

interface Running extends WantedTrial {
  key: string;
  trial: Trial;
  challenger: ModelChallenger | null;
}

export interface TrialsDeps {
  clock: Clock;
  /** Keeps what was done until it is recorded. */
  steps: Pick<Standing, 'owe' | 'owed' | 'told' | 'settled'>;
  rollBack(wish: Wish, why: string): void;
  prove(wish: Wish): void;
  promote(wish: Wish): void;
  /** False: a person has stopped rollouts of this type, so that nothing is promoted, and the version before stays warm. */
  mayStep(machineType: string): boolean;
  /** The remaining life at which machines of a type warn; null: they do not. */
  scaleOf(machineType: string): number | null;
}

/** The trials of this gateway. */
export class Trials implements ModelChallengers, ModelTrials {
  private readonly deps: TrialsDeps;
  private running: Running[] = [];
  private asked: ModelChallenger[] = [];
  private readonly listeners: ((by: SwitchedBy) => void)[] = [];
  /** Figures of trials that have ended and were not told. */
  private ended: ModelsCompared[] = [];

  constructor(deps: TrialsDeps) {
    this.deps = deps;
  }

  /** Goes on with those that are wanted, begins new ones, and ends the others. */
  follow(wanted: readonly WantedTrial[]): void {
    const next = wanted.map((each) => {
      const key = keyOf(each);
      const known = this.running.find((running) => running.key === key);
      const isSame = known && known.asked === each.asked;
      return isSame ? { ...known, ...each } : this.begun(key, each, known?.trial);
    });
    const nowMs = this.deps.clock.nowMs();
    const over = this.running.filter(
      ({ key, trial }) => trial.isNews && !next.some((each) => each.key === key),
    );
    this.ended = [...this.ended, ...over.map(({ trial }) => trial.figures(nowMs))].slice(-16);
    this.running = next;
    this.asked = next.flatMap(({ challenger }) => challenger ?? []);
  }

  challengers(): readonly ModelChallenger[] {
    return this.asked;
  }

  observed(challenger: ModelChallenger, observation: Observation): void {
    this.running.find((each) => each.challenger === challenger)?.trial.observed(observation);
  }

  dropped(challenger: ModelChallenger, count: number): void {
    this.running.find((each) => each.challenger === challenger)?.trial.dropped(count);
  }

  failed(
    challenger: ModelChallenger,
    machine: Parameters<ModelChallengers['failed']>[1],
    warned: { active: boolean; challenger: boolean },
  ): void {
    this.running.find((each) => each.challenger === challenger)?.trial.machineFailed(machine, warned);
  }

  replaced(challenger: ModelChallenger, machine: Parameters<ModelChallengers['replaced']>[1]): void {
    this.running.find((each) => each.challenger === challenger)?.trial.machineReplaced(machine);
  }

  onSwitch(listener: (by: SwitchedBy) => void): void {
    this.listeners.push(listener);
  }

  /** Tells that what a person wants has come into force. */
  switched(by: SwitchedBy): void {
    for (const listener of this.listeners) listener(by);
  }

  /** Counts a reading of a machine of an A/B trial. */
  exposed(wish: Wish, { machine, timeMs }: AlertInput, isCandidate: boolean): void {
    const running = this.running.find((each) => each.role === 'ab' && each.wish.key === wish.key);
    running?.trial.exposed(machine, timeMs, isCandidate ? 'candidate' : 'other');
  }

  /** Cases of two versions in a trial that goes on; null: there is none. */
  casesOf(candidate: ModelRef, against: ModelRef | null): KnownCases | null {
    const found = this.running.find(
      ({ role, wish, against: other }) =>
        role === 'shadow' && isSameRef(wish.model, candidate) && isSameRef(other, against),
    );
    if (!found) return null;
    const { failed, vain } = found.trial.figures(this.deps.clock.nowMs());
    return { failed, ...(vain && { vain }) };
  }

  trials(): TrialNow[] {
    const nowMs = this.deps.clock.nowMs();
    return this.running.map(({ key, role, wish, against, trial, health, known }) => ({
      ...{ key, role, machineType: wish.machineType, candidate: wish.model, against },
      figures: trial.figures(nowMs),
      known,
      health: health?.counts() ?? null,
      beside: trial.beside?.counts() ?? null,
      scale: this.deps.scaleOf(wish.machineType),
    }));
  }

  rollBack(key: string, why: string): ModelStep | null {
    return this.step(key, 'roll-back', why, ({ wish }) => this.deps.rollBack(wish, why));
  }

  prove(key: string, why: string): ModelStep | null {
    return this.step(key, 'prove', why, ({ wish }) => this.deps.prove(wish));
  }

  promote(key: string, why: string): ModelStep | null {
    return this.step(key, 'promote', why, ({ wish }) => this.deps.promote(wish));
  }

  owed(): readonly ModelStep[] {
    return this.deps.steps.owed();
  }

  told(id: string): void {
    this.deps.steps.told(id);
  }

  saved(): Promise<void> {
    return this.deps.steps.settled();
  }

  /** The figures that have changed since they were taken, those of ended trials included. */
  takeNews(): ModelsCompared[] {
    const nowMs = this.deps.clock.nowMs();
    const { ended } = this;
    this.ended = [];
    const news = this.running.filter(({ trial }) => trial.isNews);
    for (const { trial } of news) trial.isNews = false;
    return [...ended, ...news.map(({ trial }) => trial.figures(nowMs))];
  }

  private step(
    key: string,
    what: ModelStep['what'],
    why: string,
    work: (running: Running) => void,
  ): ModelStep | null {
    const running = this.running.find((each) => each.key === key);
    const isFitting = what === 'roll-back' || (running?.role === 'guard') === (what === 'prove');
    if (!running || !isFitting) return null;
    if (what !== 'roll-back' && !this.deps.mayStep(running.wish.machineType)) return null;
    work(running);
    return this.deps.steps.owe({ what, model: running.wish.model, before: running.against, why });
  }

  private begun(key: string, wanted: WantedTrial, known: Trial | undefined): Running {
    const { wish, role, against, asked } = wanted;
    const document = `${wish.key} ${wish.version}`;
    const about = { role, machineType: wish.machineType, candidate: wish.model, against, document };
    const trial = known ?? new Trial(about, this.deps.clock);
    const challenger: ModelChallenger | null = asked && {
      model: role === 'guard' ? against : wish.model,
      judge: role === 'guard' ? wish.model : against,
      machineType: wish.machineType,
      assessor: asked,
      takes: ({ site, machine, type }) => type.name === wish.machineType && wish.covers(site, machine),
    };
    return { ...wanted, key, trial, challenger };
  }
}

const keyOf = ({ wish, role, against }: WantedTrial) =>
  `${role} ${wish.key} ${wish.version} ${refText(wish.model)} ${refText(against)}`;
