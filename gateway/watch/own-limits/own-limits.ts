/**
 * Own limits (gateway/watch/own-limits): limits that people have set for sensors of single machines, in place of those of
 * the machine's type. Here they are kept, changed and listed; they are applied by the windows, which give such a machine a
 * type of its own, so that limits, rules and alerts know nothing of the difference.
 */
import { eventIdOf, newEvent } from '../../../shared/contract/envelope.ts';
import type { OwnLimits } from '../../../shared/contract/limits/own-limits.ts';
import { limitsOf } from '../../../shared/domain/limits.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { declaredLimits, withOwnLimits } from '../../../shared/domain/own-limits.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { Exclusive } from '../../../shared/runtime/order/exclusive.ts';
import type {
  LimitAdmin,
  LimitChange,
  LimitChanger,
  MachineSensor,
  SensorLimits,
} from '../../ports/limits/limits.ts';
import type { Outbox } from '../../ports/uplink.ts';
import { retoldMax, tellKnown } from '../kept-lists/known-record.ts';
import { NewRecord } from '../kept-lists/new-record.ts';
import { ToldLater } from '../kept-lists/told-later.ts';
import { refuseUnusable } from './limit-rules.ts';
import { type LimitEntry, type LimitsFile, limitsFile } from './limits-file.ts';

/** Limits of sensors with limits of their own: of one machine, and in all. */
const ofMachineMax = 256;
const allMax = 20_000;
/** Changes that are kept for people to read. */
const changesMax = 1_000;

export interface OwnLimitsOptions {
  gateway: string;
  /** Absent: they are not kept over restarts. */
  path?: string;
  clock: Clock;
  log: Log;
}

/** The windows, which apply limits. */
export interface LimitedWindows {
  relimit(machine: { site: string; machine: string }, changed: { sensors: string[]; by: string }): boolean;
  typeOf(site: string, machine: string): MachineType | null;
}

interface Machine {
  site: string;
  machine: string;
}

const keyOf = ({ site, machine }: Machine) => `${site}/${machine}`;

export class MachineLimitBook implements LimitAdmin {
  private readonly options: OwnLimitsOptions;
  private readonly file: LimitsFile | null;
  private entries = new Map<string, Map<string, LimitEntry>>();
  private log: LimitChange[] = [];
  private unsent = new Set<string>();
  private readonly begun: NewRecord;
  private windows: LimitedWindows | null = null;
  private outbox: Outbox | null = null;
  private readonly exclusive = new Exclusive();
  /** The cloud was not told yet what is kept at the start: it may be an older copy. */
  private owesKnown = false;
  private readonly later: ToldLater;

  constructor(options: OwnLimitsOptions) {
    this.options = options;
    this.begun = new NewRecord(options.gateway, 'limits', options.log);
    this.later = new ToldLater(options.clock, () => this.tellUnsent());
    this.file = options.path === undefined ? null : limitsFile(options.path, options.log);
  }

  /** Must be called before the first reading. @throws HarbingerError LIMITS_VERSION, LIMITS_UNREADABLE */
  async load(): Promise<void> {
    const saved = await this.file?.load();
    this.begun.sinceMs = saved === null ? this.options.clock.nowMs() : (saved?.begunMs ?? null);
    if (!saved) return;
    this.owesKnown = this.begun.sinceMs === null;
    this.entries = byMachine(saved.limits);
    this.log = saved.changes;
    this.unsent = new Set(saved.unsent);
  }

  /** Connects what applies limits and what tells the cloud. */
  connect(windows: LimitedWindows, outbox: Outbox): void {
    this.windows = windows;
    this.outbox = outbox;
  }

  stop(): void {
    this.later.stop();
  }

  /** Tells the cloud what it does not know. From the first that fails on it is told again later. Never rejects. */
  async tellUnsent(): Promise<void> {
    const { outbox, begun, later } = this;
    if (!outbox) return;
    if (begun.sinceMs !== null) {
      if (!(await begun.isTold(outbox))) return void later.owe();
      await this.exclusive.run(() => this.save(this.entries, this.log, this.unsent)).catch(() => {});
    }
    for (const key of [...this.unsent]) if (!(await this.tell(key))) return;
    if (!this.owesKnown) return;
    const { gateway, clock, log } = this.options;
    const names = [...this.entries.keys()];
    const known = { gateway, record: 'limits', names, nowMs: clock.nowMs(), log } as const;
    if (!(await tellKnown(outbox, known))) return void later.owe();
    for (const key of names.slice(0, retoldMax)) if (!(await this.tell(key, true))) return;
    this.owesKnown = false;
  }

  /** The type of a machine with its own limits; `type` itself if it has none. */
  readonly limited = (machine: Machine, type: MachineType): MachineType => {
    const own = this.entries.get(keyOf(machine));
    if (!own) return type;
    return withOwnLimits(type, new Map([...own].map(([sensor, { limits }]) => [sensor, limits])));
  };

  stats(): { machines: number; sensors: number } {
    return { machines: this.entries.size, sensors: this.size };
  }

  list(of?: Machine): SensorLimits[] {
    if (of) return this.listOf(of);
    return [...this.entries.values()].flatMap((own) => [...own.values()].map((entry) => this.shown(entry)));
  }

  changes(limit: number): LimitChange[] {
    return this.log.slice(-limit).reverse();
  }

  async set(about: MachineSensor, limits: OwnLimits, who: LimitChanger): Promise<{ isKnown: boolean }> {
    const { site, machine, sensor } = about;
    const type = this.windows?.typeOf(site, machine) ?? null;
    refuseUnusable(about, limits, type);
    return this.exclusive.run(async () => {
      const own = this.entries.get(keyOf(about));
      const isNew = !own?.has(sensor);
      if (isNew && ((own?.size ?? 0) >= ofMachineMax || this.size >= allMax))
        throw new HarbingerError(
          'LIMITS_TOO_MANY',
          'intelligence',
          `${sensor} of ${keyOf(about)} gets no limits of its own: a machine may have ${ofMachineMax}, all machines ${allMax}; clear some, or declare a machine type`,
        );
      const entry = { site, machine, sensor, limits, by: who.by, atMs: this.options.clock.nowMs() };
      const next = new Map(this.entries);
      next.set(keyOf(about), new Map(own).set(sensor, entry));
      await this.replace(next, [{ ...about, ...who, limits, atMs: entry.atMs }]);
      return { isKnown: type?.sensors.some(({ name }) => name === sensor) ?? false };
    });
  }

  clear(about: Machine & { sensor?: string }, who: LimitChanger): Promise<number> {
    return this.exclusive.run(async () => {
      const own = this.entries.get(keyOf(about));
      const gone = [...(own?.keys() ?? [])].filter((sensor) => (about.sensor ?? sensor) === sensor);
      if (gone.length === 0) return 0;
      const { site, machine } = about;
      const atMs = this.options.clock.nowMs();
      const left = new Map([...own!].filter(([sensor]) => !gone.includes(sensor)));
      const next = new Map(this.entries);
      if (left.size > 0) next.set(keyOf(about), left);
      else next.delete(keyOf(about));
      await this.replace(
        next,
        gone.map((sensor) => ({ site, machine, sensor, ...who, limits: null, atMs })),
      );
      return gone.length;
    });
  }

  private get size(): number {
    return [...this.entries.values()].reduce((sum, own) => sum + own.size, 0);
  }

  /** Saves first: what is in force is on disk. @param changed of one machine */
  private async replace(
    entries: Map<string, Map<string, LimitEntry>>,
    changed: readonly LimitChange[],
  ): Promise<void> {
    const { site, machine, by } = changed[0]!;
    const key = keyOf({ site, machine });
    const changes = [...this.log, ...changed].slice(-changesMax);
    const unsent = new Set(this.unsent).add(key);
    await this.save(entries, changes, unsent);
    Object.assign(this, { entries, log: changes, unsent });
    const sensors = changed.map(({ sensor }) => sensor);
    this.windows?.relimit({ site, machine }, { sensors, by });
    this.options.log.info(
      { machine: key, sensors, by, address: changed[0]!.address },
      'limits of a machine were changed',
    );
    await this.tell(key);
  }

  private async save(
    entries: ReadonlyMap<string, ReadonlyMap<string, LimitEntry>>,
    changes: LimitChange[],
    unsent: ReadonlySet<string>,
  ): Promise<void> {
    const limits = [...entries.values()].flatMap((own) => [...own.values()]);
    await this.file?.save({ limits, changes, unsent: [...unsent], begunMs: this.begun.sinceMs });
  }

  /**
   * Sends all limits of a machine. Resolves with false if that failed; it is sent again later.
   * @param isRetold it is told as it is now, and not as a change
   */
  private async tell(key: string, isRetold = false): Promise<boolean> {
    const { outbox, later } = this;
    if (!outbox || !(await this.begun.isTold(outbox))) return later.owe();
    const [site = '', machine = ''] = key.split('/');
    const own = this.entries.get(key) ?? new Map<string, LimitEntry>();
    const last = this.log.findLast((change) => keyOf(change) === key);
    const { gateway, clock } = this.options;
    const atMs = isRetold ? clock.nowMs() : (last?.atMs ?? clock.nowMs());
    const id = eventIdOf(`limits${isRetold ? '-now' : ''}/${key}/${atMs}`);
    const about = { gateway, id, timeMs: atMs, subject: key };
    try {
      const event = newEvent('io.harbinger.machine.limits.v1', about, {
        site,
        machine,
        by: last?.by ?? '',
        limits: Object.fromEntries([...own].map(([sensor, entry]) => [sensor, entry.limits])),
        ...(isRetold && { isRetold }),
      });
      await outbox.event(event);
      if (!isRetold) this.unsent.delete(key);
      return true;
    } catch (error) {
      this.options.log.warn(
        { machine: key, problem: messageOf(error) },
        'the cloud was not told of the limits of a machine; it is told again in some seconds',
      );
      return later.owe();
    }
  }

  private listOf(of: Machine): SensorLimits[] {
    const type = this.windows?.typeOf(of.site, of.machine) ?? null;
    const own = this.entries.get(keyOf(of)) ?? new Map<string, LimitEntry>();
    const declared = (type?.sensors ?? []).filter(
      (sensor) => limitsOf(sensor).length > 0 && !own.has(sensor.name),
    );
    const ofType = declared.map(
      (sensor): SensorLimits => ({
        ...{ site: of.site, machine: of.machine, sensor: sensor.name },
        ...{ machineType: type!.name, unit: sensor.unit, limits: declaredLimits(sensor), from: 'type' },
      }),
    );
    return [...ofType, ...[...own.values()].map((entry) => this.shown(entry))];
  }

  private shown({ site, machine, sensor, limits, by, atMs }: LimitEntry): SensorLimits {
    const type = this.windows?.typeOf(site, machine) ?? null;
    const unit = type?.sensors.find(({ name }) => name === sensor)?.unit ?? '1';
    return {
      site,
      machine,
      sensor,
      machineType: type?.name ?? null,
      unit,
      limits,
      from: 'machine',
      by,
      atMs,
    };
  }
}

function byMachine(limits: readonly LimitEntry[]): Map<string, Map<string, LimitEntry>> {
  const entries = new Map<string, Map<string, LimitEntry>>();
  for (const entry of limits) {
    const own = entries.get(keyOf(entry)) ?? new Map<string, LimitEntry>();
    entries.set(keyOf(entry), own.set(entry.sensor, entry));
  }
  return entries;
}
