/**
 * JSON read by layout (gateway/decode/fast-json): devices repeat one text with other numbers, so a layout that was
 * learnt from one message reads the next without parsing it. It gives exactly what the JSON format would, or nothing,
 * and then that format reads the message.
 */
import { Quotas } from '../../../shared/bounds/quotas.ts';
import type { DecodedReading } from '../../ports/decode.ts';
import type { ColumnSet } from '../machines/column-set.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { ReadingClaim } from '../row.ts';
import { newRow, type Row } from '../row.ts';
import type { StateValue } from '../states/state-values.ts';
import type { JsonLayout } from './json-layout.ts';
import { LayoutReader } from './layout-reader.ts';
import { learnLayout } from './learn-layout.ts';

/** Limit of layouts per topic, because a device may alternate between a few kinds of message. */
const layoutsMax = 4;
/** Attempts to learn after which a topic whose layout keeps changing is given up. */
const attemptsMax = 32;
/** Limit of distinct layouts for one owner of machines; most machines of a type share theirs. */
const distinctMax = 4_096;
/** Limit of the bytes of their fixed texts, which a sender makes as long as a message. */
const distinctBytesMax = 16 << 20;
/** Limit of lists of layouts that topics share; beyond it, each topic has its own. */
const listsMax = 1_024;
/** Number of most recently learnt layouts that are tried with other topics. */
const recentMax = 4;

/** Newest first. Lists are immutable, so topics with the same layouts share one. */
type LayoutList = readonly JsonLayout[];
const none: LayoutList = [];

/** The layouts learnt from one topic's messages. */
export interface TopicLayouts {
  layouts: LayoutList;
  attempts: number;
  /** The machine's sensors when the layouts were learnt. On an open type, a field may become a sensor later. */
  set: ColumnSet | null;
  /** The sensor that the topic names, if it does. */
  sensor: string | undefined;
}

export function newTopicLayouts(): TopicLayouts {
  return { layouts: none, attempts: 0, set: null, sensor: undefined };
}

/** A message as parsed and checked. */
interface Decoded {
  schema: MachineSchema;
  sensor: string | undefined;
  reading: DecodedReading;
  row: Row;
}

/** A layout learnt from some topic, and its preconditions. */
interface Learnt {
  layout: JsonLayout;
  set: ColumnSet;
  sensor: string | undefined;
  /** That of the message that taught it: the names in others are the same. */
  reading: DecodedReading;
}

/**
 * The fast path for JSON: reads a message by the layouts learnt from earlier messages of the same topic, without
 * parsing it. It refuses nothing: a message with an unknown layout or an unexpected value is parsed, which also finds
 * the reason for a refusal.
 */
export class Layouts {
  private readonly reader = new LayoutReader();
  private readonly distinct = new Map<string, JsonLayout>();
  private readonly counts = new Quotas(distinctMax);
  private readonly sizes = new Quotas(distinctBytesMax);
  private readonly probe: Row = newRow();
  private recent: Learnt[] = [];
  /** By list of layouts and additional layout: the extended list. */
  private readonly lists = new Map<LayoutList, Map<JsonLayout, LayoutList>>();
  private listCount = 0;
  private readonly passedOver: (schema: MachineSchema, reading: DecodedReading) => void;

  /** @param passedOver is told of a machine whose messages have fields that are not stored, and are read without having been parsed */
  constructor(passedOver: (schema: MachineSchema, reading: DecodedReading) => void = () => {}) {
    this.passedOver = passedOver;
  }

  get claim(): ReadingClaim {
    return this.reader.claim;
  }

  read(known: TopicLayouts, payload: Buffer, schema: MachineSchema, row: Row): boolean {
    if (known.set !== schema.set) return false;
    for (const layout of known.layouts) if (this.reader.read(layout, payload, schema, row)) return true;
    return this.readAsOthers(known, payload, schema, row);
  }

  /** Machines of a kind change their messages together: a layout that one of them has taught reads those of all. */
  private readAsOthers(known: TopicLayouts, payload: Buffer, schema: MachineSchema, row: Row): boolean {
    for (const { layout, set, sensor, reading } of this.recent) {
      if (set !== known.set || sensor !== known.sensor || known.layouts.includes(layout)) continue;
      if (!this.reader.read(layout, payload, schema, row)) continue;
      known.layouts = this.listWith(layout, known.layouts);
      if (layout.ignored > 0) this.passedOver(schema, reading);
      return true;
    }
    return false;
  }

  /** Learns from a message that was parsed to `reading` and `row`. */
  learn(known: TopicLayouts, payload: Buffer, of: Decoded): void {
    if (known.set !== of.schema.set)
      Object.assign(known, newTopicLayouts(), { set: of.schema.set, sensor: of.sensor });
    if (known.attempts >= attemptsMax) return;
    known.attempts++;
    const layout = this.recentLayout(payload, of) ?? this.newLayout(payload, of);
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

  /**
   * Machines of a kind send the same layout, and trying the most recent layouts costs a tenth of learning one again.
   */
  private recentLayout(payload: Buffer, of: Decoded): JsonLayout | null {
    const { schema, sensor, row } = of;
    for (const { layout, ...learnt } of this.recent) {
      const fits = learnt.set === schema.set && learnt.sensor === sensor;
      if (!fits || layout.present !== row.present || layout.ignored !== row.ignored) continue;
      if (this.agrees(layout, payload, of)) return layout;
    }
    return null;
  }

  private newLayout(payload: Buffer, of: Decoded): JsonLayout | null {
    const { schema, sensor, reading, row } = of;
    const layout = learnLayout(payload, schema, sensor, row);
    if (!layout || !this.agrees(layout, payload, of)) return null;
    const shared = this.shared(layout, schema.owner);
    if (shared)
      this.recent = [{ layout: shared, set: schema.set, sensor, reading }, ...this.recent].slice(
        0,
        recentMax,
      );
    return shared;
  }

  /** Verifies a layout: it is used only if it yields for its own message what parsing yielded. */
  private agrees(layout: JsonLayout, payload: Buffer, { schema, reading, row }: Decoded): boolean {
    const { probe, claim } = this;
    if (!this.reader.read(layout, payload, schema, probe)) return false;
    const { id, seq, deviceTime } = reading;
    const isSameClaim =
      claim.id === id &&
      Object.is(claim.seq, seq) &&
      claim.deviceTime?.ms === deviceTime?.ms &&
      claim.deviceTime?.ns === deviceTime?.ns;
    return (
      isSameClaim &&
      schema.set.sensors.every((_, column) => {
        const value = row.values[column]!;
        const [state, read] = [row, probe].map(({ states }) => states.find((each) => each.column === column));
        if (state || read) return state !== undefined && read !== undefined && isSame(state, read);
        const text = payload.toString('latin1', probe.textFrom[column], probe.textTo[column]);
        return Object.is(probe.values[column], value) && (Number.isNaN(value) || text === String(value));
      })
    );
  }

  /** Null if the owner has as many layouts as one may: its messages of new ones are parsed. */
  private shared(layout: JsonLayout, owner: string): JsonLayout | null {
    const { fixed, uses, columns, ignored } = layout;
    const key = `${Buffer.from(fixed).toString('latin1')}|${layout.fixedEnd}|${uses}|${columns}|${ignored}`;
    const known = this.distinct.get(key);
    if (known) return known;
    if (!this.counts.admits(owner) || !this.sizes.admits(owner, fixed.length)) return null;
    this.counts.add(owner);
    this.sizes.add(owner, fixed.length);
    this.distinct.set(key, layout);
    return layout;
  }
}

function isSame(a: StateValue, b: StateValue): boolean {
  return a.code === b.code && Buffer.compare(a.fields, b.fields) === 0;
}
