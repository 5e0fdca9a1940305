/**
 * Versions (gateway/models/versions): which version of a model judges which machine, and which run beside. It follows documents of the kind
 * `models`, switches between one reading and the next, and counts what is seen of versions that are tried (trials/). How a
 * version computes is known to watch/model; what follows from a trial is decided in decisions/promotion.
 *
 *     documents ▶ plan ▶ slots (a worker each) ▶ assignment ▶ assessor of the alert decision
 *                                    └─ shadow ▶ trials ▶ decision `promotion`, and the cloud
 */
import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import { ModelsBody, modelsProblem } from '../../../shared/contract/fleet/models.ts';
import { isSameRef, type ModelRef, parsedRef } from '../../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { AlertInput, Assessor, MachineIdentity } from '../../ports/decision.ts';
import type {
  FollowedModels,
  MachineOverrides,
  PinnedModels,
  RolloutStop,
  Waits,
} from '../../ports/fleet/fleet.ts';
import type { ModelLibrary } from '../../ports/models/models.ts';
import type { KnownCases, ModelStep, RunModel, SwitchedBy } from '../../ports/models/versions.ts';
import { Assignments } from './assignments.ts';
import { Pins } from './pins.ts';
import { isSameWish, scaleOf, type Wish, wishesOf } from './plan.ts';
import { noRoom, preparing, type Slot, Slots, wantedBy } from './slots.ts';
import { Standing } from './standing.ts';
import type { ModelsFile } from './state-file.ts';
import { type ModelsStats, statsOf } from './statistics.ts';
import { Stops } from './stops.ts';
import { Trials } from './trials/trials.ts';
import { versionedAssessor } from './versioned-assessor.ts';

export interface VersionsDeps {
  /** The assessor of the installed models, and which of them judges a type; null: none. */
  installed: Assessor;
  /** The same, asked where it does not judge. */
  installedBeside: Assessor;
  installedOf(machineType: string): ModelRef | null;
  types: ReadonlyMap<string, MachineType>;
  library: ModelLibrary;
  run: RunModel;
  file: ModelsFile;
  /** A version that takes longer for a batch is not waited for. */
  answerMsMax: number;
  clock: Clock;
  log: Log;
}

const check = compileValidator(ModelsBody);

export class Versions implements FollowedModels, PinnedModels {
  readonly assessor: Assessor;
  readonly trials: Trials;
  private readonly deps: VersionsDeps;
  private readonly slots: Slots;
  private readonly standing: Standing;
  private readonly stops: Stops;
  private readonly listeners: (() => void)[] = [];
  /** Wishes, and those of them that are in force. */
  private wishes: Wish[] = [];
  private inForce: Wish[] = [];
  private readonly assignments: Assignments;
  private readonly pins: Pins;
  private isInstalledKnown = false;
  private stopped = false;

  constructor(deps: VersionsDeps) {
    const { installed, installedBeside, answerMsMax, clock, library, run, log } = deps;
    this.deps = deps;
    this.standing = new Standing(deps);
    this.stops = new Stops({ ...deps, standing: this.standing });
    this.slots = new Slots({ library, run, clock, log, changed: () => this.changed() });
    this.pins = new Pins({ ...deps, slots: this.slots });
    const pinOf = (machine: MachineIdentity) => this.pins.of(machine);
    const heldOf = (machine: MachineIdentity) => parsedRef(this.held(machine)?.model ?? '');
    const { slots, standing } = this;
    this.assignments = new Assignments({ ...deps, slots, standing, pinOf, heldOf });
    this.assessor = versionedAssessor({
      ...{ installed, installedBeside, answerMsMax, clock },
      slotOf: (machine) => this.assignments.slotOf(machine),
      insteadOf: (slot) => this.assignments.insteadOf(slot),
      ofModel: (machineType, model) => this.assignments.ofModel(machineType, model),
      judged: (input, slot) => this.judged(input, slot),
    });
    this.trials = new Trials({
      clock,
      scaleOf: (machineType) => scaleOf(deps.types.get(machineType)),
      steps: this.standing,
      mayStep: (machineType) => this.stops.of(machineType) === null,
      rollBack: (wish, why) => this.rollBack(wish, why),
      prove: (wish) => {
        this.standing.prove(wish.machineType);
        this.update();
        this.assign();
      },
      promote: (wish) => {
        const installed = deps.installedOf(wish.machineType);
        this.standing.promote(wish, this.activeWish(wish.machineType), installed, this.knownOf(wish));
        this.update();
        this.assign();
      },
    });
  }

  /** Before documents are followed. @throws HarbingerError MODELS_VERSION, MODELS_UNREADABLE */
  load(): void {
    this.standing.load();
  }

  /** Runs what is wanted, once the installed models are loaded or have failed. */
  begin(): void {
    this.isInstalledKnown = true;
    this.update();
    this.changed();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.slots.stop();
    await this.standing.settled();
  }

  problem(body: Record<string, unknown>): string | null {
    try {
      const known = check(body, (problem) => new Error(problem));
      const problem = modelsProblem(known);
      if (problem !== null) return problem;
      const { machineType } = known;
      return this.deps.types.has(machineType) ? null : `this gateway has no machine type '${machineType}'`;
    } catch (error) {
      return messageOf(error);
    }
  }

  prepare(documents: readonly DesiredDocument[]): void {
    const before = this.wishes;
    this.wishes = this.wishesOf(documents);
    const isNew = (wish: Wish) => !before.some((each) => isSameWish(each, wish));
    const fresh = this.wishes.filter(isNew);
    this.update((slot) => fresh.some(({ model }) => isSameRef(model, slot.model)));
  }

  waits(document: DesiredDocument): Waits | null {
    const about = { key: keyOf(document), version: document.version };
    const rolledBack = this.standing.rolledBackOf(about);
    if (rolledBack) return { state: 'refused', problem: `it was rolled back: ${rolledBack.why}` };
    if (!this.isInstalledKnown) return preparing('the installed models are being loaded');
    const wish = wishesOf([document])[0];
    if (!wish) return preparing('it is being made ready');
    const held = this.stops.waits(wish, this.inForce);
    if (held) return held;
    const isChosen = this.wishes.some((each) => isSameWish(each, wish));
    if (!isChosen)
      return this.wishes.some(({ key }) => key === wish.key) || !this.isOutranked(wish)
        ? preparing('it is being made ready')
        : null;
    if (this.isInstalled(wish)) return null;
    const slot = this.slots.find(wantedBy(wish));
    return slot ? slot.waits : noRoom;
  }

  apply(documents: readonly DesiredDocument[]): void {
    const before = this.inForce;
    const wishes = this.wishesOf(documents);
    this.inForce = wishes;
    for (const wish of wishes) if (!before.some((each) => isSameWish(each, wish))) this.comeIntoForce(wish);
    for (const wish of before)
      if (!this.wishes.some(({ key }) => key === wish.key)) this.tell('removed', wish, null);
    // Versions that nobody wants any more end, but not while their successor is made ready.
    for (const type of this.standing.keep(this.wishes)) {
      const wish = this.activeWish(type);
      if (wish) this.standing.switchTo(wish, this.deps.installedOf(type));
    }
    this.update();
    this.assign();
  }

  onReady(listener: () => void): void {
    this.listeners.push(listener);
  }

  /** Knows from now on what people say about machines. */
  connect(overrides: MachineOverrides): void {
    this.pins.connect(overrides);
  }

  pin(models: readonly string[]): void {
    this.pins.set(models);
    this.update();
  }

  halt(stops: readonly RolloutStop[]): void {
    this.stops.set(stops);
    this.update();
  }

  held = (machine: MachineIdentity) => this.stops.holds.held(machine, this.inForce);

  pinWaits(model: string): Waits | null {
    if (!this.isInstalledKnown) return preparing('the installed models are being loaded');
    return this.pins.waits(model);
  }

  /** Which version judges a machine: the installed one, if null. */
  versionOf({ site, machine, type }: MachineIdentity): ModelRef | null {
    return this.assignments.slotOf({ site, machine, type })?.model ?? this.deps.installedOf(type.name);
  }

  stats(): Omit<ModelsStats, 'downloads'> {
    return statsOf(this.slots, this.standing, this.trials);
  }

  /** After a restart, what runs beside is told again, by the same name. */
  private comeIntoForce(wish: Wish): void {
    const { role, machineType, model } = wish;
    const before = this.judgingNow(machineType);
    if (role !== 'active') return this.tell(role, wish, before);
    if (this.standing.isOf(wish)) return;
    this.standing.switchTo(wish, this.deps.installedOf(machineType), this.knownOf(wish));
    if (isSameRef(before, model)) return;
    const { override } = wish;
    this.tell(role, wish, before, this.standing.owe({ what: 'active', model, before, override }));
  }

  private tell(
    what: SwitchedBy['what'],
    { model, override }: Wish,
    before: ModelRef | null,
    step: ModelStep | null = null,
  ): void {
    this.trials.switched({ what, model, before, override, step });
  }

  private changed(): void {
    if (this.stopped) return;
    this.assign();
    for (const listener of this.listeners) listener();
  }

  /** Runs what is wanted. @param anew slots that are tried again if they were refused */
  private update(anew: (slot: Slot) => boolean = () => false): void {
    if (this.stopped || !this.isInstalledKnown) return;
    const isHeld = (wish: Wish) => this.stops.waits(wish, this.inForce) !== null;
    const open = this.wishes.filter((wish) => !this.standing.rolledBackOf(wish) && !isHeld(wish));
    const kept = [...this.stops.holds.wanted(), ...this.pins.wanted()];
    this.slots.want(this.assignments.wanted(open, kept), anew);
  }

  private wishesOf = (documents: readonly DesiredDocument[]): Wish[] =>
    wishesOf(documents).map((wish) => this.stops.holds.without(wish));

  /** Says anew which slot judges what, and what is tried. Takes effect with the next batch. */
  private assign(): void {
    this.assignments.assign(this.inForce);
    this.trials.follow(this.assignments.trials(this.inForce));
  }

  private judged(input: AlertInput, slot: Slot | null): void {
    const ab = this.assignments.abOf(input.machine.type.name);
    if (ab) this.trials.exposed(ab.wish, input, slot === ab.slot);
  }

  private rollBack(wish: Wish, why: string): void {
    this.standing.rollBack(wish, why);
    this.inForce = this.inForce.filter((each) => !isSameWish(each, wish));
    this.assign();
    this.update();
    this.changed();
  }

  private isInstalled({ role, machineType, model }: Wish): boolean {
    return role !== 'shadow' && isSameRef(model, this.deps.installedOf(machineType));
  }

  private judgingNow(machineType: string): ModelRef | null {
    return parsedRef(this.standing.of(machineType)?.model ?? '') ?? this.deps.installedOf(machineType);
  }

  /** Cases of a trial of a version beside the one that judges. */
  private knownOf({ machineType, model }: Wish): KnownCases | null {
    return this.trials.casesOf(model, this.judgingNow(machineType));
  }

  private activeWish(machineType: string): Wish | undefined {
    return this.inForce.find((each) => each.role === 'active' && each.machineType === machineType);
  }

  private isOutranked({ role, machineType }: Wish): boolean {
    return this.wishes.some((each) => each.role === role && each.machineType === machineType);
  }
}
