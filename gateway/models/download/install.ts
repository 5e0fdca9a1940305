import { existsSync, readdirSync, renameSync, rmSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { makeFolder } from '../../../shared/files/make-folder.ts';
import { syncDir } from '../../../shared/files/replace.ts';
import { openBundle, unpackBundle } from '../../../shared/model/trust/bundle.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { codeOf, HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { Exclusive } from '../../../shared/runtime/order/exclusive.ts';
import type { InstalledModel, ModelRef, ProbedModel } from '../../ports/models/models.ts';
import { Download } from './download.ts';
import { type RefusedBundle, RefusedBundles } from './refused.ts';

/** Wants that wait for others; further ones are refused. */
const waitingMax = 32;

export interface InstallDeps {
  /** The folder of downloads in the data folder. */
  dir: string;
  settings: { downloadBytesMax: number; downloadBytesPerS: number; downloadsMax: number };
  types: ReadonlyMap<string, MachineType>;
  /** Checks the files in a folder, and says who stands for them. @throws HarbingerError MODEL_REFUSED_* */
  check(folder: string): InstalledModel;
  /** Runs it once. @throws HarbingerError MODEL_REFUSED_OUTPUT and others */
  probe(model: ProbedModel): Promise<void>;
  ask(message: Buffer): void;
  clock: Clock;
  log: Log;
}

export interface DownloadStats {
  /** Since the start: bytes and pieces that have come, and pieces that were asked for. */
  bytes: number;
  pieces: number;
  asked: number;
  /** Versions that were put in place, and that were not, since the start. */
  installed: number;
  failed: number;
  /** Versions that must not run, with the reason. */
  refused: readonly Omit<RefusedBundle, 'sha256'>[];
  /** Wants that are worked on, or wait for others. */
  waiting: number;
}

const textOf = ({ name, version }: ModelRef) => `${name}@${version}`;

/** Fetches models and puts those in place that may run. */
export class Installer {
  private readonly deps: InstallDeps;
  private readonly download: Download;
  private readonly exclusive = new Exclusive();
  /** In place since the start. */
  private readonly fetched = new Map<string, InstalledModel>();
  private waiting = 0;
  private readonly refused: RefusedBundles;
  /** Versions that are not removed. */
  private inUse: ReadonlySet<string> = new Set();
  private readonly counts = { installed: 0, failed: 0 };

  constructor(deps: InstallDeps) {
    const { dir, settings, ask, clock } = deps;
    this.deps = deps;
    this.refused = new RefusedBundles(join(dir, 'refused.json'));
    this.download = new Download({
      folder: join(dir, 'incoming'),
      bytesMax: settings.downloadBytesMax,
      bytesPerS: settings.downloadBytesPerS,
      ask,
      clock,
    });
  }

  get installedDir(): string {
    return join(this.deps.dir, 'installed');
  }

  /** Removes what a stop has left half done, and reads what was refused. Never throws. */
  load(): void {
    this.tidy();
    this.refused.load();
  }

  heard(message: Buffer | null): void {
    this.download.heard(message);
  }

  stop(): void {
    this.download.stop();
  }

  /** Says which models are in use from now on. */
  keep(refs: readonly ModelRef[]): void {
    this.inUse = new Set(refs.map(textOf));
  }

  stats(): DownloadStats {
    const refused = this.refused.list().map(({ sha256: _, ...shown }) => shown);
    return { ...this.download.counts, ...this.counts, refused, waiting: this.waiting };
  }

  /** Notes that a model was used now: those that were unused for longer are removed first. */
  used(ref: ModelRef): void {
    const folder = join(this.installedDir, textOf(ref));
    const now = this.deps.clock.nowMs() / 1_000;
    if (existsSync(folder)) utimesSync(folder, now, now);
  }

  /** @throws HarbingerError MODEL_REFUSED_*, MODEL_ABSENT, MODEL_DOWNLOAD */
  async install(ref: ModelRef, signal?: AbortSignal): Promise<InstalledModel> {
    if (this.waiting >= waitingMax)
      throw new HarbingerError('MODEL_DOWNLOAD', 'intelligence', `${waitingMax} models are being fetched`, {
        retry: true,
      });
    this.waiting++;
    try {
      return await this.exclusive.run(() => this.fetchAndCheck(ref, signal));
    } catch (error) {
      this.counts.failed++;
      throw error;
    } finally {
      this.waiting--;
    }
  }

  private async fetchAndCheck(ref: ModelRef, signal?: AbortSignal): Promise<InstalledModel> {
    // Another may have waited for the same version, and its folder is in use now.
    const there = this.fetched.get(textOf(ref));
    if (there && existsSync(there.folder)) {
      this.used(ref);
      return there;
    }
    try {
      const isWanted = (announced: string) => this.refused.check(textOf(ref), announced);
      const { bundle, sha256 } = await this.download.fetch(ref, isWanted, signal);
      const model = await this.made(ref, bundle).catch(async (error) => {
        await this.remember(ref, sha256, error);
        throw error;
      });
      this.fetched.set(textOf(ref), model);
      this.counts.installed++;
      await this.refused.forget(textOf(ref));
      const { trustedBy } = model;
      this.deps.log.info({ model: textOf(ref), trustedBy }, 'a model was fetched, and may run');
      this.done(ref);
      return model;
    } catch (error) {
      const code = codeOf(error) ?? '';
      if (code.startsWith('MODEL_REFUSED_')) this.done(ref);
      throw code.startsWith('MODEL_') ? error : notYet(ref, error);
    } finally {
      this.tidy();
    }
  }

  /** Forgets its download: it is in place, or is refused. */
  private done(ref: ModelRef): void {
    try {
      this.download.forget(ref);
    } catch {
      // It lies there until others push it out.
    }
  }

  private tidy(): void {
    try {
      for (const folder of [this.unpacked, this.replaced]) rmSync(folder, { recursive: true, force: true });
    } catch {
      // The next one that is fetched fails on it, and says so.
    }
  }

  /** Unpacks it beside its place, checks it there, runs it once, and only then puts it in place. */
  private async made(ref: ModelRef, bundle: Buffer): Promise<InstalledModel> {
    const { check, probe, types } = this.deps;
    const opened = openBundle(bundle, textOf(ref));
    makeFolder(this.installedDir, 0o750);
    rmSync(this.unpacked, { recursive: true, force: true });
    unpackBundle(opened, this.unpacked);
    const checked = readAgain(ref, () => check(this.unpacked));
    if (textOf(checked) !== textOf(ref))
      throw new HarbingerError(
        'MODEL_REFUSED_MANIFEST',
        'intelligence',
        `the cloud's ${textOf(ref)} is ${textOf(checked)}`,
      );
    const type = types.get(checked.machineType)!;
    await probe({ type, folder: this.unpacked, digest: checked.digest }).catch((error) =>
      readAgain(ref, () => {
        throw error;
      }),
    );
    const folder = join(this.installedDir, textOf(ref));
    rmSync(this.replaced, { recursive: true, force: true });
    if (existsSync(folder)) renameSync(folder, this.replaced);
    renameSync(this.unpacked, folder);
    await syncDir(this.installedDir);
    this.used(ref);
    this.makeRoom(ref);
    return { ...checked, folder };
  }

  private async remember(ref: ModelRef, sha256: string, error: unknown): Promise<void> {
    const code = codeOf(error) ?? '';
    if (!code.startsWith('MODEL_REFUSED_')) return;
    const { log } = this.deps;
    const problem = messageOf(error).replaceAll(this.unpacked, textOf(ref));
    log.error({ code, model: textOf(ref), problem }, 'a model that was fetched must not run');
    await this.refused.add({ ref: textOf(ref), sha256, code, problem });
  }

  /** Removes those that were unused for the longest time, but none that is in use. */
  private makeRoom(ref: ModelRef): void {
    const all = readdirSync(this.installedDir).map((name) => join(this.installedDir, name));
    const unused = all
      .filter((folder) => !this.inUse.has(basename(folder)) && basename(folder) !== textOf(ref))
      .sort((a, b) => ageOf(a) - ageOf(b));
    const tooMany = all.length - this.deps.settings.downloadsMax;
    for (const folder of unused.slice(0, Math.max(0, tooMany)))
      rmSync(folder, { recursive: true, force: true });
  }

  private get unpacked(): string {
    return join(this.deps.dir, 'unpacked');
  }

  /** Folder of what lay in the place of a model until another is there. */
  private get replaced(): string {
    return join(this.deps.dir, 'replaced');
  }
}

function notYet(ref: ModelRef, error: unknown): HarbingerError {
  const message = `${textOf(ref)} cannot be put in place yet: ${messageOf(error)}`;
  return new HarbingerError('MODEL_DOWNLOAD', 'intelligence', message, { retry: true, cause: error });
}

/** Reads what was unpacked from a whole bundle: what is missing of it could not be read, and the model is not to blame. */
function readAgain<T>(ref: ModelRef, read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw codeOf(error) === 'MODEL_REFUSED_MISSING' ? notYet(ref, error) : error;
  }
}

function ageOf(folder: string): number {
  return statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
