import { isSameRef, type ModelRef, parsedRef, refText } from '../../../shared/contract/models/model-ref.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type { Clock, Timer } from '../../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Waits } from '../../ports/fleet/fleet.ts';
import type { InstalledModel, ModelLibrary } from '../../ports/models/models.ts';
import type { ModelRun, RunModel } from '../../ports/models/versions.ts';
import { Health } from './health.ts';
import type { Wish } from './plan.ts';

/** Versions beside the installed ones, each of which has a thread and about a hundred megabytes. */
export const slotsMax = 4;
/** Reasons that can pass: a device is busy while it starts. The version is refused until then. */
const passing = new Set<unknown>(['MODEL_SLOW', 'MODEL_CRASHED']);
const retryMsMin = 5_000;
const retryMsMax = 300_000;

/** A version that somebody wants to run here. */
export interface Wanted {
  model: ModelRef;
  machineType: string;
  isShadow: boolean;
}

export const noRoom: Waits = {
  state: 'refused',
  problem: `${slotsMax} other versions of models run here already`,
};
export const preparing = (problem: string): Waits => ({ state: 'preparing', problem });

/** The version that a wish needs. */
export const wantedBy = ({ model, machineType, role }: Wish): Wanted => ({
  model,
  machineType,
  isShadow: role === 'shadow',
});

/** The version that is pinned by this name: a model is for the type that has one of its name. */
export function pinnedOf(text: string, types: ReadonlyMap<string, MachineType>): Wanted | null {
  const model = parsedRef(text);
  const type = [...types.values()].find((each) => model && each.model?.replaceAll('/', '-') === model.name);
  return model && type ? { model, machineType: type.name, isShadow: false } : null;
}

/** One version in a worker of its own, or on its way to that. */
export class Slot {
  readonly model: ModelRef;
  readonly machineType: string;
  readonly isShadow: boolean;
  readonly health: Health;
  run: ModelRun | null = null;
  /** Why it is not ready; null: it is. */
  waits: Waits | null = { state: 'preparing', problem: 'it is being made ready' };
  private readonly abort = new AbortController();
  private timer: Timer | null = null;
  private attempt = 0;
  private readonly deps: SlotDeps;

  constructor({ model, machineType, isShadow }: Wanted, deps: SlotDeps) {
    this.model = model;
    this.machineType = machineType;
    this.isShadow = isShadow;
    this.deps = deps;
    this.health = new Health(deps.clock);
  }

  start(): void {
    void this.try();
  }

  async stop(): Promise<void> {
    this.abort.abort();
    this.timer?.cancel();
    const { run } = this;
    this.run = null;
    await run?.stop();
  }

  private async try(): Promise<void> {
    const { library, run, clock, log, changed } = this.deps;
    const { signal } = this.abort;
    try {
      const installed = await library.want(this.model, signal);
      if (signal.aborted) return;
      this.checkType(installed);
      const running = await run(installed, { isShadow: this.isShadow }, signal);
      if (signal.aborted) return void running.stop();
      this.run = running;
      this.waits = null;
      log.info({ model: refText(this.model), isShadow: this.isShadow }, 'a version of a model is ready');
    } catch (error) {
      if (signal.aborted) return;
      const retry = error instanceof HarbingerError && error.retry;
      this.waits = { state: retry ? 'preparing' : 'refused', problem: messageOf(error) };
      log.warn({ model: refText(this.model), problem: messageOf(error) }, 'a version of a model is not used');
      if (retry || passing.has(codeOf(error))) {
        const waitMs = Math.min(retryMsMax, retryMsMin * 2 ** this.attempt++);
        this.timer = clock.setTimer(waitMs, () => void this.try());
      }
    }
    changed();
  }

  private checkType({ machineType }: InstalledModel): void {
    if (machineType !== this.machineType)
      throw new HarbingerError(
        'MODEL_REFUSED_MACHINE_TYPE',
        'intelligence',
        `${refText(this.model)} is for machines of type '${machineType}', not '${this.machineType}'`,
      );
  }
}

export interface SlotDeps {
  library: ModelLibrary;
  run: RunModel;
  clock: Clock;
  log: Log;
  /** Hears that a slot has become ready, or has failed. */
  changed(): void;
}

/** The versions that run here beside the installed ones. */
export class Slots {
  private readonly deps: SlotDeps;
  private slots: Slot[] = [];

  constructor(deps: SlotDeps) {
    this.deps = deps;
  }

  all(): readonly Slot[] {
    return this.slots;
  }

  find({ model, machineType, isShadow }: Wanted): Slot | null {
    return (
      this.slots.find(
        (slot) =>
          isSameRef(slot.model, model) && slot.machineType === machineType && slot.isShadow === isShadow,
      ) ?? null
    );
  }

  /** Runs these, the first ones first, and stops all others. @param anew those that are tried again if they were refused */
  want(wanted: readonly Wanted[], anew: (slot: Slot) => boolean): void {
    const unique = wanted.filter((one, i) => wanted.findIndex((other) => isSame(one, other)) === i);
    const kept = unique.slice(0, slotsMax);
    this.deps.library.keep(kept.map(({ model }) => model));
    for (const slot of this.slots) {
      const isWanted = kept.some((one) => isSame(one, slot));
      if (isWanted && !(slot.waits?.state === 'refused' && anew(slot))) continue;
      this.slots = this.slots.filter((each) => each !== slot);
      void slot.stop().catch(() => undefined);
    }
    for (const one of kept) {
      if (this.find(one)) continue;
      const slot = new Slot(one, this.deps);
      this.slots.push(slot);
      slot.start();
    }
  }

  async stop(): Promise<void> {
    await Promise.all(this.slots.map((slot) => slot.stop()));
    this.slots = [];
  }
}

const isSame = (a: Wanted, b: Wanted) =>
  isSameRef(a.model, b.model) && a.machineType === b.machineType && a.isShadow === b.isShadow;
