import { isSameRef, type ModelRef, parsedRef, refText } from '../../../shared/contract/models/model-ref.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { KnownCases, ModelStep } from '../../ports/models/versions.ts';
import type { Wish } from './plan.ts';
import type { Active, Hold, ModelsFile, RolledBack } from './state-file.ts';

/** Documents that were rolled back and are remembered; the oldest are forgotten. */
const rolledBackMax = 64;
/** Steps whose record is not written yet; the oldest are given up. */
const owedMax = 64;

type Refs = { model: ModelRef; before?: ModelRef | null };

/** Which versions judge here in place of the installed ones, and which are not to be tried again. Kept over restarts. */
export class Standing {
  private readonly file: ModelsFile;
  private readonly clock: Clock;
  private readonly log: Log;
  private active = new Map<string, Active>();
  private rolledBack: RolledBack[] = [];
  private steps: ModelStep[] = [];
  private holds: Hold[] = [];
  private saving: Promise<void> = Promise.resolve();

  constructor({ file, clock, log }: { file: ModelsFile; clock: Clock; log: Log }) {
    this.file = file;
    this.clock = clock;
    this.log = log;
  }

  /** @throws HarbingerError MODELS_VERSION, MODELS_UNREADABLE */
  load(): void {
    const saved = this.file.load();
    if (!saved) return;
    this.active = new Map(saved.active.map((each) => [each.machineType, each]));
    this.rolledBack = saved.rolledBack;
    this.steps = saved.owed ?? [];
    this.holds = saved.holds ?? [];
  }

  of(machineType: string): Active | null {
    return this.active.get(machineType) ?? null;
  }

  types(): string[] {
    return [...this.active.keys()];
  }

  rolledBackOf({ key, version }: Pick<Wish, 'key' | 'version'>): RolledBack | null {
    return this.rolledBack.find((each) => each.key === key && each.version === version) ?? null;
  }

  /**
   * Lets a version judge its type; `installed` is the one that judges where nothing is wanted.
   * @param known what a trial has shown of it beside the one that judges until now
   */
  switchTo(
    { key, version, machineType, model }: Wish,
    installed: ModelRef | null,
    known: KnownCases | null = null,
  ): void {
    const before = this.active.get(machineType);
    const wanted = { key, version };
    if (isSameRef(model, installed)) this.active.delete(machineType);
    else if (before && isSameRef(parsedRef(before.model), model)) {
      const { isOwn: _, over: __, ...rest } = before;
      this.active.set(machineType, { ...rest, ...wanted });
    } else
      this.active.set(machineType, {
        ...{ machineType, model: refText(model), ...wanted, sinceMs: this.clock.nowMs() },
        ...(before && { before: before.model }),
        ...(known && { known }),
      });
    this.save();
  }

  /** Lets a candidate judge by what was seen of it. @param over what a person wants meanwhile */
  promote(
    wish: Wish,
    over: Wish | undefined,
    installed: ModelRef | null,
    known: KnownCases | null = null,
  ): void {
    this.switchTo(wish, installed, known);
    const active = this.active.get(wish.machineType);
    if (!active) return;
    const said = over && { over: { key: over.key, version: over.version } };
    this.active.set(wish.machineType, { ...active, isOwn: true, ...said });
    this.save();
  }

  /** Whether it follows this document already, or has promoted a version over it. */
  isOf({ key, version, machineType }: Wish): boolean {
    const active = this.active.get(machineType);
    const of = active?.isOwn ? active.over : active;
    return of?.key === key && of.version === version;
  }

  /** Ends what none of these documents wants any more; returns the types of it. */
  keep(wishes: readonly Wish[]): string[] {
    const isWanted = ({ key }: { key: string }) => wishes.some((wish) => wish.key === key);
    const over = [...this.active.values()].filter((active) =>
      active.isOwn ? active.over && !isWanted(active.over) : !isWanted(active),
    );
    for (const { machineType } of over) this.clear(machineType);
    return over.map(({ machineType }) => machineType);
  }

  prove(machineType: string): void {
    const active = this.active.get(machineType);
    if (!active) return;
    const { before: _, known: __, ...proven } = active;
    this.active.set(machineType, { ...proven, isProven: true });
    this.save();
  }

  /** The installed version judges again. */
  private clear(machineType: string): void {
    if (this.active.delete(machineType)) this.save();
  }

  /** Does not try what a document wants again; the version before it judges. */
  rollBack(wish: Wish, why: string): void {
    const { key, version, machineType, model } = wish;
    const atMs = this.clock.nowMs();
    const entry = { key, version, model: refText(model), atMs, why: why.slice(0, 400) };
    this.rolledBack = [...this.rolledBack, entry].slice(-rolledBackMax);
    const active = this.active.get(machineType);
    if (active && isSameRef(parsedRef(active.model), model)) {
      const { before, over, isOwn, known: _, ...rest } = active;
      // The word of a person counts again.
      const by = over ?? (isOwn && { isOwn });
      if (before === undefined) this.active.delete(machineType);
      else this.active.set(machineType, { ...rest, ...by, model: before, sinceMs: atMs, isProven: true });
    }
    this.holds = this.holds.map((hold) => ({ ...hold, judged: hold.judged.flatMap(backFrom(wish)) }));
    this.save();
  }

  /** Notes a step that was taken just now, in one with what it has changed, until its record is written. */
  owe({ model, before, ...said }: Pick<ModelStep, 'what' | 'override' | 'why'> & Refs): ModelStep {
    const atMs = this.clock.nowMs();
    const id = `${said.what} ${refText(model)} ${atMs}`;
    const step = { id, ...said, model: refText(model), ...(before && { before: refText(before) }), atMs };
    this.steps = [...this.steps, step].slice(-owedMax);
    this.save();
    return step;
  }

  /** Notes what judges now for each of these documents that is new, and forgets the others. */
  hold(documents: readonly Pick<Hold, 'key' | 'version'>[]): void {
    const isKept = documents.length === this.holds.length && documents.every((each) => this.holdOf(each));
    if (isKept) return;
    const judged = [...this.active.values()].map(({ machineType, model, before }) => ({
      ...{ machineType, model, ...(before !== undefined && { before }) },
    }));
    this.holds = documents.map(
      ({ key, version }) => this.holdOf({ key, version }) ?? { key, version, judged },
    );
    this.save();
  }

  holdOf({ key, version }: Pick<Hold, 'key' | 'version'>): Hold | null {
    return this.holds.find((each) => each.key === key && each.version === version) ?? null;
  }

  owed(): readonly ModelStep[] {
    return this.steps;
  }

  told(id: string): void {
    const left = this.steps.filter((step) => step.id !== id);
    if (left.length === this.steps.length) return;
    this.steps = left;
    this.save();
  }

  /** Resolves when all is on disk, or could not be written. */
  settled(): Promise<void> {
    return this.saving;
  }

  /** Writes what there is when its turn comes, so that what is changed at once is saved at once. */
  private save(): void {
    const content = () => ({
      active: [...this.active.values()],
      rolledBack: this.rolledBack,
      ...(this.steps.length > 0 && { owed: this.steps }),
      ...(this.holds.length > 0 && { holds: this.holds }),
    });
    this.saving = this.saving
      .then(() => this.file.save(content()))
      .catch((error) =>
        this.log.error(
          { code: codeOf(error), problem: messageOf(error) },
          'which version of a model judges could not be saved; it judges all the same',
        ),
      );
  }
}

/** Puts in the place of a version that is taken back the one before it, or the installed one. */
const backFrom =
  ({ machineType, model }: Wish) =>
  (judged: Hold['judged'][number]): Hold['judged'] => {
    if (judged.machineType !== machineType || !isSameRef(parsedRef(judged.model), model)) return [judged];
    return judged.before === undefined ? [] : [{ machineType, model: judged.before }];
  };
