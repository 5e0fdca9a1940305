import type { DecodedReading } from '../ports/decode.ts';
import type { ColumnSet } from './column-set.ts';
import { newRow, type Row } from './contract.ts';
import { type JsonLayout, LayoutReader, learnLayout, type ReadingClaim } from './json-layout.ts';
import type { Series } from './machines.ts';

/** Of one topic: a device may alternate between a few kinds of message. */
const layoutsMax = 4;
/** A topic whose messages keep changing their layout is not worth learning. */
const attemptsMax = 32;
/** Distinct layouts in all: most machines of a type share theirs. */
const distinctMax = 4_096;
/** Lists that are found again. */
const listsMax = 1_024;
/** Those that are tried with other topics. */
const recentMax = 4;

/** The newest first. It never changes: topics that know the same layouts share one. */
type LayoutList = readonly JsonLayout[];
const none: LayoutList = [];

/** What is known of the layouts of one topic's messages. */
export interface TopicLayouts {
  layouts: LayoutList;
  attempts: number;
  /** What the series had then: what is not a sensor's value may become one where a type is open. */
  set: ColumnSet | null;
}

export function newTopicLayouts(): TopicLayouts {
  return { layouts: none, attempts: 0, set: null };
}

/** What a message means the general way. */
interface Decoded {
  series: Series;
  sensor: string | undefined;
  reading: DecodedReading;
  row: Row;
}

/** A layout that some topic's messages had, and what else it depends on. */
interface Learnt {
  layout: JsonLayout;
  set: ColumnSet;
  sensor: string | undefined;
}

/**
 * The short way of a JSON reading: by a layout learnt from an earlier message of its topic. It never says no: what has no
 * known layout, or a value that is not as it should be, goes the general way, which knows the reason.
 */
export class Layouts {
  private readonly reader = new LayoutReader();
  private readonly distinct = new Map<string, JsonLayout>();
  private readonly probe: Row = newRow();
  private recent: Learnt[] = [];
  /** By list, and what was learnt next. */
  private readonly lists = new Map<LayoutList, Map<JsonLayout, LayoutList>>();
  private listCount = 0;

  get claim(): ReadingClaim {
    return this.reader.claim;
  }

  read(known: TopicLayouts, payload: Buffer, series: Series, row: Row): boolean {
    if (known.set !== series.set) return false;
    for (const layout of known.layouts) if (this.reader.read(layout, payload, series, row)) return true;
    return false;
  }

  /** Learns from a message that went the general way to `reading` and `row`. */
  learn(known: TopicLayouts, payload: Buffer, of: Decoded): void {
    if (known.set !== of.series.set) Object.assign(known, newTopicLayouts(), { set: of.series.set });
    if (known.attempts >= attemptsMax) return;
    known.attempts++;
    const layout = this.ofAnother(payload, of) ?? this.learnt(payload, of);
    if (layout) known.layouts = this.listWith(layout, known.layouts);
  }

  private listWith(layout: JsonLayout, others: LayoutList): LayoutList {
    const found = this.lists.get(others)?.get(layout);
    if (found) return found;
    const made = [layout, ...others].slice(0, layoutsMax);
    if (this.listCount >= listsMax) return made;
    this.listCount++;
    const longer = this.lists.get(others) ?? new Map<JsonLayout, LayoutList>();
    this.lists.set(others, longer.set(layout, made));
    return made;
  }

  /** Machines of a kind send the same: to try what was learnt last costs a tenth of learning it again. */
  private ofAnother(payload: Buffer, of: Decoded): JsonLayout | null {
    const { series, sensor, row } = of;
    for (const { layout, ...learnt } of this.recent) {
      const fits = learnt.set === series.set && learnt.sensor === sensor;
      if (!fits || layout.present !== row.present || layout.ignored !== row.ignored) continue;
      if (this.isSame(layout, payload, of)) return layout;
    }
    return null;
  }

  private learnt(payload: Buffer, of: Decoded): JsonLayout | null {
    const { series, sensor, row } = of;
    const layout = learnLayout(payload, series, sensor, row);
    if (!layout || !this.isSame(layout, payload, of)) return null;
    const shared = this.shared(layout);
    if (shared)
      this.recent = [{ layout: shared, set: series.set, sensor }, ...this.recent].slice(0, recentMax);
    return shared;
  }

  /** A layout is used only if it makes of its own message what the general way made of it. */
  private isSame(layout: JsonLayout, payload: Buffer, { series, reading, row }: Decoded): boolean {
    const { probe, claim } = this;
    if (!this.reader.read(layout, payload, series, probe)) return false;
    const { id, seq, deviceTime } = reading;
    const isSameClaim =
      claim.id === id &&
      Object.is(claim.seq, seq) &&
      claim.deviceTime?.ms === deviceTime?.ms &&
      claim.deviceTime?.ns === deviceTime?.ns;
    return (
      isSameClaim &&
      series.set.sensors.every((_, column) => {
        const value = row.values[column]!;
        const text = payload.toString('latin1', probe.textFrom[column], probe.textTo[column]);
        return Object.is(probe.values[column], value) && (Number.isNaN(value) || text === String(value));
      })
    );
  }

  private shared(layout: JsonLayout): JsonLayout | null {
    const { fixed, uses, columns, ignored } = layout;
    const key = `${Buffer.from(fixed).toString('latin1')}|${layout.fixedEnd}|${uses}|${columns}|${ignored}`;
    const known = this.distinct.get(key);
    if (known) return known;
    if (this.distinct.size >= distinctMax) return null;
    this.distinct.set(key, layout);
    return layout;
  }
}
