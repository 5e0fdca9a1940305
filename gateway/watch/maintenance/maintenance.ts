/**
 * Maintenance (gateway/watch/maintenance): spans of time in which people work on machines, so that nothing is raised about
 * them and nothing is learnt. Here the windows are kept, changed and listed; the watch's windows and its silence ask whether a
 * reading, or a machine, is in one.
 */
import { eventIdOf, newEvent, timeText } from '../../../shared/contract/envelope.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { numberedIds } from '../../../shared/runtime/numbered-ids.ts';
import { Exclusive } from '../../../shared/runtime/order/exclusive.ts';
import type {
  MaintenanceAdmin,
  MaintenanceChanger,
  MaintenanceReport,
  MaintenanceScope,
  MaintenanceWanted,
  MaintenanceWindow,
} from '../../ports/maintenance/maintenance.ts';
import type { Outbox } from '../../ports/uplink.ts';
import { retoldMax, tellKnown } from '../kept-lists/known-record.ts';
import { NewRecord } from '../kept-lists/new-record.ts';
import { ToldLater } from '../kept-lists/told-later.ts';
import { type MaintenanceFile, maintenanceFile } from './maintenance-file.ts';
import { SpanIndex, type Spans } from './spans.ts';
import { changedWindow, isLive, openMs, refuseUnusable } from './window-rules.ts';

/** Windows that are on or planned. */
const liveMax = 1_000;
/** Windows that are over are kept for readings that come late, and for people to read. */
const pastMax = 1_000;
const pastMsMax = 31 * 86_400_000;

export interface MaintenanceOptions {
  gateway: string;
  /** Absent: windows are not kept over restarts. */
  path?: string;
  clock: Clock;
  log: Log;
  newId?: () => string;
}

type MachineName = { site: string; machine: string };

/** The side of the book that knows when people work on machines. */
export interface MaintenanceKeeper {
  /** All spans of one machine that are known, past and future; null if there are none. */
  spansOf(machine: MachineName): Spans | null;
}

export class MaintenanceBook implements MaintenanceAdmin, MaintenanceKeeper {
  private readonly options: MaintenanceOptions;
  private readonly file: MaintenanceFile | null;
  private readonly newId: () => string;
  private windows: readonly MaintenanceWindow[] = [];
  private index = new SpanIndex([]);
  private unsent = new Set<string>();
  private readonly begun: NewRecord;
  private changed: () => void = () => {};
  private outbox: Outbox | null = null;
  private readonly exclusive = new Exclusive();
  /** The cloud was not told yet what is kept at the start: it may be an older copy. */
  private owesKnown = false;
  private readonly later: ToldLater;

  constructor(options: MaintenanceOptions) {
    this.options = options;
    this.begun = new NewRecord(options.gateway, 'maintenance', options.log);
    this.later = new ToldLater(options.clock, () => this.tellUnsent());
    this.newId = options.newId ?? numberedIds();
    this.file = options.path === undefined ? null : maintenanceFile(options.path, options.log);
  }

  /** Must be called before the first reading. @throws HarbingerError MAINTENANCE_VERSION, MAINTENANCE_UNREADABLE */
  async load(): Promise<void> {
    const saved = await this.file?.load();
    this.begun.sinceMs = saved === null ? this.options.clock.nowMs() : (saved?.begunMs ?? null);
    if (!saved) return;
    this.owesKnown = this.begun.sinceMs === null;
    this.take(saved.windows);
    this.unsent = new Set(saved.unsent);
  }

  /** Connects what applies windows and what tells the cloud. */
  connect(changed: () => void, outbox: Outbox): void {
    this.changed = changed;
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
      await this.exclusive.run(() => this.save(this.windows, this.unsent)).catch(() => {});
    }
    for (const id of [...this.unsent]) if (!(await this.tell(id))) return;
    if (!this.owesKnown) return;
    const { gateway, clock, log } = this.options;
    const nowMs = clock.nowMs();
    const names = this.windows.filter((window) => isLive(window, nowMs)).map(({ id }) => id);
    const known = { gateway, record: 'maintenance', names, nowMs, log } as const;
    if (!(await tellKnown(outbox, known))) return void later.owe();
    for (const id of names.slice(0, retoldMax)) if (!(await this.tell(id, true))) return;
    this.owesKnown = false;
  }

  spansOf({ site, machine }: { site: string; machine: string }): Spans | null {
    return this.index.of(site, machine);
  }

  /** True if the machine is in maintenance now. */
  isOn({ site, machine }: { site: string; machine: string }): boolean {
    return this.index.isIn(site, machine, this.options.clock.nowMs());
  }

  stats(): { on: number; planned: number } {
    const nowMs = this.options.clock.nowMs();
    const live = this.windows.filter((window) => isLive(window, nowMs));
    const on = live.filter(({ fromMs }) => fromMs <= nowMs).length;
    return { on, planned: live.length - on };
  }

  list(past: boolean): MaintenanceWindow[] {
    const nowMs = this.options.clock.nowMs();
    return this.windows.filter((window) => past || isLive(window, nowMs)).sort((a, b) => a.fromMs - b.fromMs);
  }

  /** Resolves when what a message says is durable and in force. @throws as `set` and `end` do */
  async reported({ site, machine, wanted, who }: MaintenanceReport): Promise<void> {
    if (wanted) await this.set({ site, machine, ...wanted }, who);
    else await this.end({ site, machine }, who);
  }

  set(wanted: MaintenanceWanted, who: MaintenanceChanger): Promise<MaintenanceWindow> {
    return this.exclusive.run(async () => {
      const nowMs = this.options.clock.nowMs();
      const known = this.windows.find(({ id }) => id === wanted.id);
      if (known) {
        const changed = changedWindow(known, wanted, who, nowMs);
        if (!changed) return known;
        if (!isLive(known, nowMs)) this.refuseTooMany();
        const next = this.windows.map((window) => (window === known ? changed : window));
        await this.replace(next, [changed.id]);
        return changed;
      }
      const { site, machine, fromMs = wanted.askedMs ?? nowMs } = wanted;
      const toMs = wanted.toMs ?? fromMs + openMs;
      refuseUnusable({ ...wanted, fromMs, toMs }, nowMs);
      this.refuseTooMany();
      const scope = { ...(site !== undefined && { site }), ...(machine !== undefined && { machine }) };
      const made = { id: wanted.id ?? this.newId(), ...scope, fromMs, toMs, ...who, setMs: nowMs };
      await this.replace([...this.windows, made], [made.id]);
      return made;
    });
  }

  end(which: { id: string } | MaintenanceScope, who: MaintenanceChanger): Promise<MaintenanceWindow[]> {
    return this.exclusive.run(async () => {
      const atMs = this.options.clock.nowMs();
      const isMeant = (window: MaintenanceWindow) =>
        'id' in which
          ? window.id === which.id
          : window.fromMs <= atMs && window.site === which.site && window.machine === which.machine;
      const ended = this.windows
        .filter((window) => isLive(window, atMs) && isMeant(window))
        .map((window) => ({
          ...window,
          toMs: Math.max(window.fromMs, atMs),
          ended: { ...who, atMs, toMs: window.toMs },
        }));
      if (ended.length === 0) return [];
      const next = this.windows.map((window) => ended.find(({ id }) => id === window.id) ?? window);
      await this.replace(
        next,
        ended.map(({ id }) => id),
      );
      return ended;
    });
  }

  rename(from: MachineName, to: MachineName): Promise<number> {
    return this.exclusive.run(async () => {
      const nowMs = this.options.clock.nowMs();
      const isMeant = ({ site, machine }: MaintenanceScope) => site === from.site && machine === from.machine;
      // The cloud goes by the latest time. Those that are over count for readings that come late.
      const moved = this.windows.filter(isMeant).map((window) => {
        return {
          ...window,
          ...to,
          ...(isLive(window, nowMs) && { setMs: Math.max(nowMs, window.setMs + 1) }),
        };
      });
      if (moved.length === 0) return 0;
      const live = moved.filter((window) => isLive(window, nowMs)).map(({ id }) => id);
      await this.replace([...this.windows.filter((window) => !isMeant(window)), ...moved], live);
      return live.length;
    });
  }

  private refuseTooMany(): void {
    if (this.list(false).length >= liveMax)
      throw new HarbingerError(
        'MAINTENANCE_TOO_MANY',
        'intelligence',
        `${liveMax} maintenance windows are on or planned, and there may be no more: end some, or set one for a whole site`,
      );
  }

  /** Saves first: what is in force is on disk. */
  private async replace(windows: readonly MaintenanceWindow[], changed: readonly string[]): Promise<void> {
    const kept = this.keptOf(windows);
    const ids = new Set(kept.map(({ id }) => id));
    const unsent = new Set([...this.unsent, ...changed].filter((id) => ids.has(id)));
    await this.save(kept, unsent);
    this.take(kept);
    this.unsent = unsent;
    this.changed();
    for (const id of changed) {
      const window = kept.find((one) => one.id === id);
      if (window) this.options.log.info({ ...window }, 'a maintenance window was changed');
      await this.tell(id);
    }
  }

  private async save(windows: readonly MaintenanceWindow[], unsent: ReadonlySet<string>): Promise<void> {
    await this.file?.save({ windows: [...windows], unsent: [...unsent], begunMs: this.begun.sinceMs });
  }

  private take(windows: readonly MaintenanceWindow[]): void {
    this.windows = windows;
    this.index = new SpanIndex(windows);
  }

  /** Without those that have been over for long, or are too many. */
  private keptOf(windows: readonly MaintenanceWindow[]): MaintenanceWindow[] {
    const nowMs = this.options.clock.nowMs();
    const past = windows.filter((window) => !isLive(window, nowMs));
    const forgotten = new Set([
      ...past.filter(({ toMs }) => toMs < nowMs - pastMsMax),
      ...past.sort((a, b) => a.toMs - b.toMs).slice(0, Math.max(0, past.length - pastMax)),
    ]);
    return windows.filter((window) => !forgotten.has(window));
  }

  /**
   * Tells the cloud what is known of a window. Resolves with false if that failed; it is told again later.
   * @param isRetold it is told as it is now, and not as a change
   */
  private async tell(id: string, isRetold = false): Promise<boolean> {
    const window = this.windows.find((one) => one.id === id);
    const { outbox, later } = this;
    if (!window) return true;
    if (!outbox || !(await this.begun.isTold(outbox))) return later.owe();
    const { site, machine, fromMs, toMs, ended } = window;
    const { by, note } = ended ?? window;
    const timeMs = isRetold ? this.options.clock.nowMs() : (ended?.atMs ?? window.setMs);
    const subject = machine === undefined ? {} : { subject: `${site}/${machine}` };
    const eventId = eventIdOf(`maintenance${isRetold ? '-now' : ''}/${id}/${timeMs}`);
    const about = { gateway: this.options.gateway, id: eventId, timeMs, ...subject };
    try {
      const event = newEvent('io.harbinger.machine.maintenance.v1', about, {
        ...{ windowId: id, state: ended ? 'ended' : 'set' },
        ...(site !== undefined && { site }),
        ...(machine !== undefined && { machine }),
        ...{ from: timeText(fromMs), to: timeText(toMs), by: by.slice(0, 200) },
        ...(note !== undefined && { note }),
        ...(isRetold && { isRetold }),
      });
      await outbox.event(event);
      if (!isRetold) this.unsent.delete(id);
      return true;
    } catch (error) {
      this.options.log.warn(
        { id, problem: messageOf(error) },
        'the cloud was not told of a maintenance window; it is told again in some seconds',
      );
      return later.owe();
    }
  }
}
