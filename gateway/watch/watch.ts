/**
 * Watch (gateway/watch): turns durable rows into assessments: rows in, assessments on demand, due machines out to the
 * decision. Configuration, `/api/status` and error codes call it `intelligence`. It raises no alert, which
 * gateway/decisions does, and reads no payload.
 *
 *     columns ▶ windows ▶ (due) scorer ▶ decide ▶ model assessor ▶ worker
 *                  ├─ each machine's baseline ┴──▶ self-learned assessor, rules assessor
 *                  └─ heard ▶ silence ▶ decide
 */
import { QuotaRefusals } from '../../shared/bounds/quota-refusals.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import type { Random } from '../../shared/runtime/random.ts';
import type { AlertInput, Assessor, MachineIdentity, OpenAlert, Relearnt } from '../ports/decision.ts';
import type { ModelLibrary } from '../ports/models/models.ts';
import type { RelearnOutcome } from '../ports/retiring.ts';
import type { Outbox } from '../ports/uplink.ts';
import type { ColumnBatch, ModelDrift } from '../ports/watch.ts';
import { createModelAssessor } from './assessors/model-assessor.ts';
import { createRulesAssessor } from './assessors/rules-assessor.ts';
import { createSelfLearnedAssessor } from './assessors/self-learned-assessor.ts';
import type { WatchConfig } from './config.ts';
import { InputDrift } from './drift/input-drift.ts';
import type { SavedInputs } from './drift/machine-inputs.ts';
import { growthsInto } from './growths.ts';
import type { ListSaver } from './kept-lists/list-saver.ts';
import { LateNotes, type SavedLate } from './late/late-notes.ts';
import { Levels, type SavedMachine } from './levels/levels.ts';
import { MaintenanceBook } from './maintenance/maintenance.ts';
import { ModelClient, type ModelStatus } from './model/model-client.ts';
import type { LoadedModel } from './model/model-messages.ts';
import { modelSources } from './model/model-sources.ts';
import { MachineLimitBook } from './own-limits/own-limits.ts';
import type { SavedBaselines } from './saved-baselines/saved-baselines.ts';
import { keepBaselines, keepDrift, keepHearings, keepLate, keepLevels, machinesMaxOf } from './savers.ts';
import { Scorer } from './scorer.ts';
import type { SavedHearing } from './silence/hearing.ts';
import { Silence } from './silence/silence.ts';
import type { AwaitsHearing } from './silence/silence-options.ts';
import { Teaching } from './teaching/teaching.ts';
import type { WatchStats } from './watch-stats.ts';
import { Windows } from './windows/windows.ts';

export interface WatchOptions {
  types: ReadonlyMap<string, MachineType>;
  config: WatchConfig;
  /** The models that may run; absent: all in their folder. */
  models?: Pick<ModelLibrary, 'installed' | 'refused'>;
  /** The folder in which baselines are kept across restarts; absent: they are not kept. */
  baselinesDir?: string;
  /** The file in which the rhythms of machines are kept across restarts; absent: they are not kept. */
  hearingsPath?: string;
  /** The file in which limits of single machines are kept; absent: they are not kept over restarts. */
  limitsFile?: string;
  /** The file in which maintenance windows are kept; absent: they are not kept over restarts. */
  maintenanceFile?: string;
  /** The file in which levels of sensors are kept across restarts; absent: they are not kept. */
  levelsPath?: string;
  /** The file in which it is kept how far the inputs of models are from their training; absent: it is not kept. */
  driftPath?: string;
  /** The file in which it is kept of which machines late readings wait; absent: a kill forgets them. */
  latePath?: string;
  /** The name under which the cloud knows this gateway. */
  gateway?: string;
  /** False while the gateway itself takes no readings; absent: it always does. */
  isTaking?(): boolean;
  clock: Clock;
  random: Random;
  log: Log;
}

const quotaTexts = {
  windows:
    'machines are stored and not watched, so nothing warns of their failure: their sender has as many watched machines as one may; find the device that makes up machine names, or raise intelligence.machinesMax',
};

function listen(options: WatchOptions, maintenance: MaintenanceBook): Silence {
  const { types, config, isTaking, clock, log } = options;
  const { silentAfterMsMin: afterMsMin, silentAfterMsMax, batchMax } = config;
  const bounds = { afterMsMin, afterMsMax: Math.max(afterMsMin, silentAfterMsMax) };
  const inMaintenance = maintenance.isOn.bind(maintenance);
  return new Silence({
    ...{ types, bounds, machinesMax: machinesMaxOf(config), batchMax, inMaintenance, clock, log },
    ...(isTaking && { isTaking }),
  });
}

export class Watch {
  readonly types: WatchOptions['types'];
  readonly windows: Windows;
  /** Started before rows arrive, and stopped after the last one. */
  readonly savedBaselines: SavedBaselines | null;
  readonly savedHearings: ListSaver<SavedHearing> | null;
  readonly savedLevels: ListSaver<SavedMachine> | null;
  readonly savedDrift: ListSaver<SavedInputs> | null;
  readonly savedLate: ListSaver<SavedLate> | null;
  readonly levels = new Levels();
  readonly drift = new InputDrift();
  readonly silence: Silence;
  readonly ownLimits: MachineLimitBook;
  readonly maintenance: MaintenanceBook;
  readonly teaching: Teaching;
  readonly modelAssessor: Assessor;
  /** The same for machines that it does not judge: what it is asked says nothing of its data. */
  readonly modelBeside: Assessor;
  readonly selfLearnedAssessor: Assessor;
  readonly rulesAssessor: Assessor;
  private readonly options: WatchOptions;
  private readonly lateNotes: LateNotes;
  private readonly client: ModelClient;
  private readonly quotas: QuotaRefusals<keyof typeof quotaTexts>;
  private scorer: Scorer | null = null;
  private outbox: Outbox | null = null;

  constructor(options: WatchOptions) {
    const { types, config, clock, random, log } = options;
    this.options = options;
    this.types = types;
    this.savedBaselines = keepBaselines(options);
    const keeper = this.savedBaselines;
    const { maintenanceFile } = options;
    this.maintenance = new MaintenanceBook({
      gateway: options.gateway ?? '',
      ...(maintenanceFile !== undefined && { path: maintenanceFile }),
      clock,
      log,
    });
    this.silence = listen(options, this.maintenance);
    this.savedHearings = keepHearings(options, this.silence);
    this.savedLevels = keepLevels(options, this.levels);
    this.savedDrift = keepDrift(options, this.drift);
    this.lateNotes = new LateNotes(clock);
    this.savedLate = keepLate(options, this.lateNotes);
    this.ownLimits = new MachineLimitBook({
      gateway: options.gateway ?? '',
      ...(options.limitsFile !== undefined && { path: options.limitsFile }),
      clock,
      log,
    });
    this.quotas = new QuotaRefusals(quotaTexts, clock, log);
    const refused = (owner: string) => this.quotas.note('windows', owner);
    const hearings = this.silence;
    const { limited } = this.ownLimits;
    const { maintenance } = this;
    const made = {
      types,
      limited,
      ...config,
      clock,
      ...(keeper && { keeper }),
      ...{
        hearings,
        maintenance,
        levels: this.levels,
        lateNotes: this.lateNotes,
        refused,
        grown: growthsInto(log),
      },
    };
    this.windows = new Windows(made);
    const baselineOf = this.windows.baselineOf.bind(this.windows);
    this.teaching = new Teaching({ typeOf: this.windows.typeOf.bind(this.windows), baselineOf, clock });
    this.client = new ModelClient({
      sources: modelSources(types, config.artefactsDir, options.models),
      backend: config.backend,
      requestMsMax: config.requestMsMax,
      restart: config.restart,
      clock,
      random,
      log,
    });
    this.modelAssessor = createModelAssessor({
      client: this.client,
      baselineOf,
      judged: (input) => this.drift.add(input, this.client.trainedOf(input.machine.type.name)),
    });
    this.modelBeside = createModelAssessor({ client: this.client, baselineOf });
    this.selfLearnedAssessor = createSelfLearnedAssessor({ baselineOf });
    this.rulesAssessor = createRulesAssessor({ baselineOf });
  }

  /** Starts the model's worker (and continues without it if it fails) and begins to send due machines to `decide`. @param alerted machines with alerts of before */
  async start(
    decide: (inputs: readonly AlertInput[]) => Promise<unknown>,
    awaitsHearing?: AwaitsHearing,
    alerted: readonly Pick<OpenAlert, 'site' | 'machine'>[] = [],
  ): Promise<void> {
    const { clock, log, config } = this.options;
    this.lateNotes.replayed();
    this.windows.replayed(alerted);
    this.silence.start(decide, awaitsHearing);
    await this.client.start();
    this.scorer = new Scorer({ windows: this.windows, decide, batchMax: config.batchMax, clock, log });
    this.scorer.kick();
  }

  async stop(): Promise<void> {
    this.ownLimits.stop();
    this.maintenance.stop();
    await Promise.all([this.silence.stop(), this.scorer?.stop()]);
    await this.client.stop();
  }

  /** Reads what people have set. To be called before rows arrive. @throws HarbingerError LIMITS_…, MAINTENANCE_… */
  async load(): Promise<void> {
    await this.ownLimits.load();
    await this.maintenance.load();
  }

  /** Connects what people set for machines with the windows and the cloud. */
  connect(outbox: Outbox): void {
    this.outbox = outbox;
    this.maintenance.connect(() => this.windows.remaintain(), outbox);
    const relimit: Windows['relimit'] = (machine, changed) => {
      const isWatched = this.windows.relimit(machine, changed);
      this.scorer?.kick();
      return isWatched;
    };
    this.ownLimits.connect(
      { relimit, typeOf: (site, machine) => this.windows.typeOf(site, machine) },
      outbox,
    );
  }

  /** Tells the cloud what it was not told before the last stop. */
  async tellUnsent(): Promise<void> {
    await this.ownLimits.tellUnsent();
    await this.maintenance.tellUnsent();
  }

  /** Adds rows that are durable. */
  add(columns: ColumnBatch): void {
    if (this.windows.add(columns)) this.scorer?.kick();
    const lines = this.windows.aside.rest.take(this.options.gateway ?? '');
    if (lines.length > 0) this.outbox?.estimates(lines);
  }

  /** Resets the window and the baseline of a machine that was replaced. */
  replaced(site: string, machine: string): void {
    this.windows.reset(site, machine);
  }

  /** Lets a machine learn anew what is normal; its limits and its window stay. */
  relearn(site: string, machine: string, said: Relearnt): RelearnOutcome {
    const relearnt = this.windows.relearn(site, machine, said);
    this.scorer?.kick();
    if (said.what === 'state' || said.what === 'mode')
      return { isKnown: relearnt !== null, hasChanged: relearnt === true };
    // A trend over what was normal before says nothing.
    this.levels.relearn(`${site}/${machine}`);
    const isKnown = relearnt !== null || (this.savedBaselines?.forget(`${site}/${machine}`) ?? false);
    return { isKnown, hasChanged: isKnown };
  }

  /** Notes that what a machine does, or did last, is a fault. Null if it is not watched; false if nothing was unusual. */
  named(machine: Pick<MachineIdentity, 'site' | 'machine'>, note: string): boolean | null {
    const atMs = this.options.clock.nowMs();
    return this.windows.baselineOf(machine)?.confirmFault({ atMs, note }) ?? null;
  }

  /**
   * Forgets what is normal for a machine that was retired, and its rhythm; its window went with the rows that said so.
   * Returns false if nothing was known.
   */
  retired(site: string, machine: string): boolean {
    const key = `${site}/${machine}`;
    this.drift.forget(key);
    const wasKnown = [this.silence.forget(key), this.levels.forget(key)].includes(true);
    return this.savedBaselines?.forget(key) || wasKnown;
  }

  /** The installed model of a machine type; null if there is none, or it is not loaded. */
  installedModel = (machineType: string): LoadedModel | null => this.client.modelOf(machineType);

  /** A part of `stats` that costs little, for those who ask often. */
  modelStatus(): ModelStatus {
    return this.client.status();
  }

  /** Which sensors are not as they were in the training of a model. */
  inputDrift(): readonly ModelDrift[] {
    return this.drift.models(this.options.clock.nowMs());
  }

  stats(): WatchStats {
    return {
      windows: this.windows.stats(),
      quotas: { counts: { ...this.quotas.counts }, refused: this.quotas.all() },
      ownLimits: this.ownLimits.stats(),
      maintenance: this.maintenance.stats(),
      normals: this.savedBaselines?.stats() ?? null,
      levels: { ...this.levels.stats(), saveFailures: this.savedLevels?.saveFailures ?? 0 },
      model: this.modelStatus(),
      scorer: this.scorer?.stats() ?? null,
      silence: { ...this.silence.stats(), saveFailures: this.savedHearings?.saveFailures ?? 0 },
    };
  }
}
