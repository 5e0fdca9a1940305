/**
 * Episodes of a machine that nobody has described (gateway/watch/own-episodes): those of which somebody was told and that ended by themselves say
 * that the machine does such things. So the more of them it had, the farther and the longer the next one must be until it is told:
 *
 *     evidence   distance beyond what is usual, in margins or levels, times hours; of the episodes of a sensor in some days together
 *     needed     none at first; one hour at twice the distance that is usual for each such episode, up to four, which fade in a month
 *     again      what came three times and ended by itself is told if it is more, or longer, than it ever was, or comes more often
 *
 * What is held back is on the machine's page, and its score is one that neither opens an alert nor ends one. It is told at the latest before what
 * lasts is called changed, and a machine that is changed in another way is told of when it is. What a person has named a fault, and what comes like it, is told at once.
 * For how long a change is told is in shown-change.ts.
 */
import { type ChangeRow, ShownChange } from './shown-change.ts';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** A gap between rows counts as so long at most. */
const pauseMsMax = hourMs / 6;
/** Scores from which a sensor is beyond, and below which all is over. */
const scoreBeyond = 0.65;
const scoreOver = 0.4;
const overAfterMs = hourMs / 6;
/** A machine that is changed is told of for so long, and for so many rows: an alert opens in that time. */
const tellsMs = hourMs / 6;
const tellsRows = 10;
/** Evidence that is needed for each episode, ms at twice what is usual; of a machine that is known for hours, this share of them. */
const neededMs = hourMs;
const neededShare = 0.02;
/** Episodes count if they are so far apart: what comes each quarter of an hour says little of other days. */
const apartMs = 6 * hourMs;
const countMax = 4;
const halfLifeMs = 30 * dayMs;
/** Evidence of episodes that were not told is summed for so long. */
const pendingMs = 8 * dayMs;
/** The latest time at which it is told that a sensor is beyond: what lasts for eight hours is changed. */
const toldAfterMs = 7.5 * hourMs;
/** A pattern is known after so many episodes, for so long; it is news if it is so many times as much as ever. */
const knownFrom = 3;
const knownForMs = 90 * dayMs;
const moreTimes = 1.25;
/** More than this needs no pattern. */
const evidenceMsMax = 2 * dayMs;

/** Episodes of one sensor that were told and ended by themselves, the most evidence and the longest time; and evidence that was not told. */
interface SensorEpisodes {
  count: number;
  evidenceMs: number;
  longestMs: number;
  newestMs: number;
  pendingMs: number;
  pendingFromMs: number;
}

type SavedSensor = [number, number, number, number, number, number, number];
const savedNumbers = 7;

interface OpenEpisode {
  fromMs: number;
  evidenceMs: number;
  calmMs: number;
  isTold: boolean;
  hasChanged: boolean;
  /** For how long, and for how many rows, it was told without having been over in between. */
  toldMs: number;
  toldRows: number;
  sensors: Set<number>;
}

/** Numbers as saved: episodes and their time, then by sensor its column and what is known of it. */
export interface SavedEpisodes {
  count: number;
  countMs: number;
  /** Since when the machine is known; absent: that is not known. */
  firstMs?: number;
  sensors: number[][];
  /** For how long a change that is told no more has been back; absent if there is none. */
  goneMs?: number;
  /** For how long nothing has been beyond what is usual; absent from earlier versions. */
  quietMs?: number;
  /** The episode that goes on; absent if none does. */
  open?: Omit<OpenEpisode, 'sensors' | 'toldMs' | 'toldRows'> & {
    sensors: number[];
    /** Absent from earlier versions: what they have told has been told for long. */
    toldMs?: number;
    toldRows?: number;
  };
}

export interface UnusualRow extends Pick<ChangeRow, 'asBefore'> {
  timeMs: number;
  /** By how far the farthest sensor is, before any episode is held back. */
  score: number;
  /** True if the machine is changed: what lasts is not over. */
  isChanged: boolean;
  /** True if it is beyond the normal that is kept. */
  isBeyondKept: boolean;
  /** Columns that are beyond. */
  sensors(): readonly number[];
  /** True if it is like a fault that a person has named. */
  isNamed(): boolean;
}

export class OwnEpisodes {
  readonly change = new ShownChange();
  private readonly known = new Map<number, SensorEpisodes>();
  private count = 0;
  private countMs = 0;
  private open: OpenEpisode | null = null;
  private isChanged = false;
  private newestMs = Number.NaN;
  private firstMs = Number.NaN;

  /** True while nobody is to be told. */
  get isHeld(): boolean {
    return this.open !== null && !this.open.isTold;
  }

  /** True while the machine is changed and people may not have been told of it: by its score an alert must open now. */
  get isTelling(): boolean {
    const { open } = this;
    return this.isChanged && open !== null && (open.toldMs < tellsMs || open.toldRows < tellsRows);
  }

  take(row: UnusualRow): void {
    const { timeMs, score } = row;
    const passedMs = Math.min(pauseMsMax, Math.max(0, timeMs - this.newestMs || 0));
    this.newestMs = timeMs;
    this.change.take(
      { isBeyond: score >= scoreBeyond || row.isBeyondKept, asBefore: row.asBefore },
      passedMs,
    );
    const isChanged = row.isChanged && !this.change.isGone;
    this.isChanged = isChanged;
    if (!(this.firstMs <= timeMs)) this.firstMs = timeMs;
    if (score < scoreBeyond && !isChanged && !this.open) return;
    this.open ??= {
      ...{
        fromMs: timeMs,
        evidenceMs: 0,
        calmMs: 0,
        isTold: false,
        hasChanged: false,
        toldMs: 0,
        toldRows: 0,
      },
      sensors: new Set(),
    };
    const { open } = this;
    open.hasChanged ||= isChanged;
    open.isTold ||= isChanged;
    this.countTold(open, score, passedMs);
    if (score < scoreBeyond) {
      open.calmMs = score < scoreOver ? open.calmMs + passedMs : 0;
      if (open.calmMs >= overAfterMs) this.end(open, timeMs);
      return;
    }
    open.calmMs = 0;
    open.evidenceMs += ((1 - scoreBeyond) / (1 - score) - 1) * passedMs;
    for (const sensor of row.sensors()) open.sensors.add(sensor);
    open.isTold ||= this.isNews(open, timeMs) || row.isNamed();
  }

  private countTold(open: OpenEpisode, score: number, passedMs: number): void {
    if (score < scoreOver) [open.toldMs, open.toldRows] = [0, 0];
    else if (open.isTold && (score >= scoreBeyond || this.isTelling)) {
      open.toldMs += passedMs;
      open.toldRows++;
    }
  }

  /** A person says that what lasts, or was last, is a fault, which such episodes did not end by themselves. @param sensors columns */
  wasFault(sensors: readonly number[]): void {
    for (const sensor of sensors) this.known.delete(sensor);
    this.count = Math.max(0, this.count - 1);
    if (!this.open) return;
    for (const sensor of this.open.sensors) this.known.delete(sensor);
    this.open.hasChanged = true;
    this.open.isTold = true;
  }

  /** Null if there is nothing to save. */
  save(): SavedEpisodes | null {
    const { count, countMs, firstMs, known, open } = this;
    const goneMs = this.change.save();
    if (count === 0 && known.size === 0 && !open && goneMs === null) return null;
    const sensors = [...known].map(([sensor, each]) => [
      ...[sensor, each.count, Math.round(each.evidenceMs), each.longestMs, each.newestMs],
      ...[Math.round(each.pendingMs), each.pendingFromMs],
    ]);
    return {
      count,
      countMs,
      firstMs,
      sensors,
      quietMs: Math.round(this.change.quietMs),
      ...(goneMs !== null && { goneMs: Math.round(goneMs) }),
      ...(open && { open: { ...open, sensors: [...open.sensors] } }),
    };
  }

  restore({ count, countMs, firstMs = Number.NaN, sensors, open, goneMs, quietMs }: SavedEpisodes): void {
    this.change.restore({ goneMs, quietMs });
    const told = { toldMs: open?.isTold ? tellsMs : 0, toldRows: open?.isTold ? tellsRows : 0 };
    this.open = open ? { ...told, ...open, sensors: new Set(open.sensors) } : null;
    this.isChanged = open?.hasChanged ?? false;
    this.count = count;
    this.firstMs = firstMs;
    this.countMs = countMs;
    for (const each of sensors) {
      if (each.length !== savedNumbers) continue;
      const [sensor, times, evidenceMs, longestMs, newestMs, pendingMs, pendingFromMs] = each as SavedSensor;
      const episodes = { count: times, evidenceMs, longestMs, newestMs, pendingMs, pendingFromMs };
      this.known.set(sensor, episodes);
    }
  }

  private isNews({ evidenceMs, fromMs, sensors }: OpenEpisode, timeMs: number): boolean {
    const all = [...sensors].map((sensor) => this.knownOf(sensor, timeMs));
    if (timeMs - fromMs >= toldAfterMs) return true;
    if (all.length > 0 && all.every((each) => each && each.count >= knownFrom)) {
      const most = (of: (each: SensorEpisodes) => number) => Math.max(...all.map((each) => of(each!)));
      const more = moreTimes * most((each) => each.evidenceMs);
      const longer = moreTimes * most((each) => each.longestMs);
      const often = evidenceMs + most((each) => each.pendingMs) >= knownFrom * more;
      return evidenceMs >= Math.min(evidenceMsMax, more) || timeMs - fromMs >= longer || often;
    }
    const before = Math.max(0, ...all.map((each) => each?.pendingMs ?? 0));
    const count = Math.min(countMax, this.countAt(timeMs));
    const eachMs = Math.min(neededMs, neededShare * (timeMs - this.firstMs));
    return evidenceMs + before >= count * eachMs;
  }

  private knownOf(sensor: number, timeMs: number): SensorEpisodes | null {
    const known = this.known.get(sensor);
    if (!known) return null;
    if (timeMs - known.pendingFromMs > pendingMs) known.pendingMs = 0;
    if (timeMs - known.newestMs <= knownForMs) return known;
    this.known.delete(sensor);
    return null;
  }

  private countAt(timeMs: number): number {
    return this.count * 2 ** (-Math.max(0, timeMs - this.countMs) / halfLifeMs);
  }

  private end(open: OpenEpisode, timeMs: number): void {
    this.open = null;
    if (open.hasChanged) return;
    const lastedMs = timeMs - open.fromMs;
    if (open.isTold && open.fromMs - this.countMs >= apartMs) {
      this.count = this.countAt(timeMs) + 1;
      this.countMs = timeMs;
    }
    for (const sensor of open.sensors) {
      const known = this.knownOf(sensor, timeMs) ?? {
        ...{ count: 0, evidenceMs: 0, longestMs: 0, newestMs: timeMs, pendingMs: 0, pendingFromMs: timeMs },
      };
      this.known.set(sensor, known);
      if (open.isTold) {
        if (known.count === 0 || open.fromMs - known.newestMs >= apartMs) known.count++;
        // So many episodes in some days are known from now on too, so that they are told again only if they become more.
        const inDays = (known.pendingMs + open.evidenceMs) / knownFrom;
        known.evidenceMs = Math.max(known.evidenceMs, open.evidenceMs, inDays);
        known.longestMs = Math.max(known.longestMs, lastedMs);
        known.newestMs = timeMs;
        known.pendingMs = 0;
        continue;
      }
      if (known.pendingMs === 0) known.pendingFromMs = open.fromMs;
      known.pendingMs += open.evidenceMs;
    }
  }
}
