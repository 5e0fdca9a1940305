import type { Closed } from '../../shared/contract/alerts/closed.ts';
import { timeText } from '../../shared/contract/envelope.ts';
import {
  type MachineEstimateDocument,
  machineTopics,
  type SiteAlert,
  type SiteEstimate,
  type SiteState,
  type SiteTimeToLimit,
  timesToLimitMax,
} from '../../shared/contract/site/site-topics.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { estimateState } from '../../shared/machine-state/estimate-line.ts';
import { machineStateOf } from '../../shared/machine-state/machine-state.ts';
import type { TimeToLimit } from '../ports/limits/time-to-limit.ts';
import type { MaintenanceWindow } from '../ports/maintenance/maintenance.ts';
import type { ColumnBatch } from '../ports/watch.ts';
import { CalmChanges } from './calm-changes.ts';
import { evidenceOf, type KnownMachine, knownMachine, takeSaid } from './known-machine.ts';
import type { SiteMessage, SiteSubject } from './site-state.ts';

/** An estimate is published at most so often while the state stays. */
export const estimateEveryMs = 60_000;
/** Between two estimates of a machine that are read, while nothing else happens to it. */
const readEveryMs = 5_000;
/** Machines looked at in one go. */
const looksMax = 500;

type Name = { site: string; machine: string };

export interface MachineStatesOptions {
  gateway: string;
  types: ReadonlyMap<string, MachineType>;
  /** Null for a machine that has no messages. */
  alertsOf(key: string): readonly SiteAlert[] | null;
  maintenanceOf(machine: Name): MaintenanceWindow | null;
  timesToLimits(machine: Name): readonly TimeToLimit[];
  nowMs(): number;
}

interface Kept extends KnownMachine {
  site: string;
  machine: string;
  /** The state that was published last, since when it holds, and when. */
  state: SiteState | null;
  sinceMs: number;
  text: string;
  publishedMs: number;
  /** The newest line of an estimate, which has not been read yet, and when the last one was that has. */
  unread: { line: string; atMs: number } | null;
  readMs: number;
  /** A message about it could not be published. */
  isOwed: boolean;
  /** It was retired: what its device sends later makes it known again. */
  isGone: boolean;
}

/**
 * How each machine is by the rules of the cloud's page (shared/machine-state), and its newest estimate, from what passes by on its way
 * to the watch and the outbox. A state is published when it changes, an estimate at most once a minute. There are
 * as many machines as have messages about alerts.
 */
export class MachineStates {
  private readonly options: MachineStatesOptions;
  private readonly machines = new Map<string, Kept>();
  /** By the number that the data thread gives a machine. */
  private readonly byIndex: (Kept | undefined)[] = [];
  private readonly dirty = new Set<string>();
  private readonly startedMs: number;
  private sweep: IterableIterator<string> | null = null;
  private readonly calm = new CalmChanges();

  constructor(options: MachineStatesOptions) {
    this.options = options;
    this.startedMs = options.nowMs();
  }

  get hasChanged(): boolean {
    return this.dirty.size > 0;
  }

  /** Notes which machines are heard. Those of them that are new are returned. */
  arrived(columns: ColumnBatch): Name[] {
    const nowMs = this.options.nowMs();
    for (const { machineIndex, column } of columns.retired ?? [])
      if (column === undefined) this.byIndex[machineIndex] = undefined;
    for (const { machineIndex, machineType, ...name } of columns.newMachines) {
      const kept = this.keptOf(`${name.site}/${name.machine}`);
      kept.type = this.options.types.get(machineType);
      this.byIndex[machineIndex] = kept;
    }
    const news: Name[] = [...columns.newMachines];
    for (let row = 0; row < columns.machineIndex.length; row++) {
      const kept = this.byIndex[columns.machineIndex[row]!];
      if (!kept) continue;
      if (kept.isGone) {
        kept.isGone = false;
        this.machines.set(`${kept.site}/${kept.machine}`, kept);
        news.push(kept);
      }
      const timeMs = columns.timeMs[row]!;
      if (kept.lastReadingMs === null || timeMs > kept.lastReadingMs) kept.lastReadingMs = timeMs;
      if (columns.replay) continue;
      if (kept.heardMs === null) this.dirty.add(`${kept.site}/${kept.machine}`);
      kept.heardMs = nowMs;
    }
    return news;
  }

  /** Takes lines of estimates, of machines that are known. */
  estimated(lines: readonly string[]): void {
    const nowMs = this.options.nowMs();
    for (const line of lines) {
      const key = keyIn(line);
      if (key === null) continue;
      const kept = this.keptOf(key);
      const isEstimate = line.includes('health=');
      // A newer estimate replaces one; whether it rests or settles is in a line of its own.
      if (!isEstimate || !kept.unread?.line.includes('health=')) this.read(kept);
      kept.unread = { line, atMs: nowMs };
      // Estimates come each second, and reading one costs more than all else here.
      const isDue = !isEstimate || kept.said === null || nowMs - kept.readMs >= readEveryMs;
      if (isDue) this.dirty.add(key);
    }
  }

  /** An alert of the machine has opened, changed or ended. */
  alerted(key: string, hasEnded: boolean, closed: Closed | undefined): void {
    if (hasEnded) {
      const kept = this.keptOf(key);
      kept.endedMs = this.options.nowMs();
      kept.closed = closed ? { ...closed, atMs: kept.endedMs } : null;
    }
    this.dirty.add(key);
  }

  lifecycle({ site, machine }: Name, state: 'failed' | 'replaced', atMs: number): void {
    const key = `${site}/${machine}`;
    const kept = this.keptOf(key);
    kept.failedMs = state === 'failed' ? atMs : null;
    if (state === 'replaced')
      Object.assign(kept, { said: null, unread: null, judgedMs: null, estimateMs: null });
    this.dirty.add(key);
  }

  /** A machine of which a message of an earlier process is kept: that it has failed nobody else says again. */
  restored(name: Name, before: Pick<MachineEstimateDocument, 'state' | 'since'> | null): void {
    const key = `${name.site}/${name.machine}`;
    const kept = this.keptOf(key);
    if (before?.state === 'failed') kept.failedMs = Date.parse(before.since ?? timeText(this.startedMs));
    this.dirty.add(key);
  }

  retired(key: string): void {
    const kept = this.machines.get(key);
    if (kept)
      Object.assign(kept, { ...knownMachine(kept.type), state: null, text: '', unread: null, isGone: true });
    this.machines.delete(key);
    this.dirty.delete(key);
  }

  all(): void {
    for (const key of this.machines.keys()) this.dirty.add(key);
  }

  /** Looks again at some of the machines, and with each call at others: a state may change because nothing comes. */
  look(most: number): void {
    for (const key of this.calm.take(this.options.nowMs())) if (this.machines.has(key)) this.dirty.add(key);
    for (let looked = 0; looked < most; looked++) {
      this.sweep ??= this.machines.keys();
      const { value: key, done } = this.sweep.next();
      if (done) {
        this.sweep = null;
        return;
      }
      this.dirty.add(key);
    }
  }

  /** Takes up to `most` machines of which something is to be published. */
  takeChanged(most: number): SiteSubject[] {
    const taken: SiteSubject[] = [];
    let looks = 0;
    for (const key of this.dirty) {
      if (taken.length >= most || looks++ >= looksMax) return taken;
      this.dirty.delete(key);
      const messages = this.messagesOf(key);
      if (messages.length > 0) taken.push({ messages, again: () => this.again(key) });
    }
    return taken;
  }

  /** Takes what the newest line says that has not been read. */
  private read(kept: Kept): void {
    const { unread } = kept;
    if (!unread) return;
    kept.unread = null;
    kept.readMs = unread.atMs;
    const said = estimateState(unread.line);
    if (!said) return;
    if (said.machineType !== undefined) kept.type ??= this.options.types.get(said.machineType);
    takeSaid(kept, said, unread.atMs);
  }

  private again(key: string): void {
    const kept = this.machines.get(key);
    if (!kept) return;
    kept.isOwed = true;
    this.dirty.add(key);
  }

  private keptOf(key: string): Kept {
    const known = this.machines.get(key);
    if (known) return known;
    const [site = '', machine = ''] = key.split('/');
    const said = { state: null, sinceMs: 0, text: '', publishedMs: 0, unread: null, readMs: 0 };
    const flags = { isOwed: false, isGone: false };
    const kept = { ...knownMachine(undefined), site, machine, ...said, ...flags };
    this.machines.set(key, kept);
    this.dirty.add(key);
    return kept;
  }

  private messagesOf(key: string): SiteMessage[] {
    const alerts = this.options.alertsOf(key);
    if (!alerts) {
      this.machines.delete(key);
      return [];
    }
    const { nowMs: now, gateway, maintenanceOf } = this.options;
    const nowMs = now();
    const kept = this.keptOf(key);
    this.read(kept);
    const maintenance = maintenanceOf(kept);
    const context = { gateway, nowMs, startedMs: this.startedMs, alerts, maintenance };
    const { state, reason, sinceMs, unknown } = machineStateOf(evidenceOf(kept, context));
    const hasChanged = state !== kept.state;
    if (hasChanged && !kept.isOwed && this.calm.holds(key, kept.state, state, kept.publishedMs, nowMs))
      return [];
    const isDue = hasChanged || kept.isOwed;
    if (!isDue && nowMs - kept.publishedMs < estimateEveryMs) return [];
    if (hasChanged) kept.sinceMs = nowMs;
    const { site, machine, lastReadingMs } = kept;
    const document: MachineEstimateDocument = {
      format: 'harbinger-machine-estimate',
      version: 1,
      ...{ gateway, site, machine, state, reason },
      since: timeText(sinceMs ?? kept.sinceMs),
      lastReading: lastReadingMs === null ? null : timeText(lastReadingMs),
      estimate: unknown === null ? this.estimateOf(kept) : null,
    };
    const text = JSON.stringify(document);
    if (text === kept.text && !kept.isOwed) return [];
    Object.assign(kept, { state, text, publishedMs: nowMs, isOwed: false });
    const topics = machineTopics(site, machine);
    return [...(isDue ? [{ topic: topics.state, text: state }] : []), { topic: topics.estimate, text }];
  }

  private estimateOf(kept: Kept): SiteEstimate | null {
    const { said, estimateMs } = kept;
    if (!said || estimateMs === null) return null;
    const { source = null, health = null, anomaly = null, remainingLife = null } = said;
    const timeToLimit = timesOf(this.options.timesToLimits(kept));
    return { asOf: timeText(estimateMs), judgedBy: source, health, anomaly, remainingLife, timeToLimit };
  }
}

function timesOf(times: readonly TimeToLimit[]): SiteTimeToLimit[] {
  return times
    .filter(({ state }) => state === 'trend')
    .flatMap(({ sensor, unit, side, limits }) =>
      limits.map(({ severity, limit, earliestMs, likelyMs, latestMs }) => ({
        ...{ sensor, severity, side, limit, unit },
        earliest: timeText(earliestMs),
        likely: timeText(likelyMs),
        latest: latestMs === null ? null : timeText(latestMs),
      })),
    )
    .slice(0, timesToLimitMax);
}

const identity = /^estimate,gateway=[^,]+,machine=([^,]+),site=([^ ]+) /;

/** The key of the machine that a line is about; null for any other line. */
function keyIn(line: string): string | null {
  const found = identity.exec(line);
  return found && `${found[2]}/${found[1]}`;
}
