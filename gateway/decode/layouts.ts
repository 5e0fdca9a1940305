import type { DecodedReading } from '../ports.ts';
import { newRow, type Row } from './contract.ts';
import { type JsonLayout, LayoutReader, learnLayout, type ReadingClaim } from './json-layout.ts';
import type { Series } from './machines.ts';

/** Of one topic: a device may alternate between a few kinds of message. */
const layoutsMax = 4;
/** A topic whose messages keep changing their layout is not worth learning. */
const attemptsMax = 32;
/** Distinct layouts in all: most machines of a type share theirs. */
const distinctMax = 4_096;

/** What is known of the layouts of one topic's messages. */
export interface TopicLayouts {
  layouts: JsonLayout[];
  attempts: number;
  /** How many sensors the series had: what is not a sensor's value may become one where a type is open. */
  sensors: number;
}

export function newTopicLayouts(): TopicLayouts {
  return { layouts: [], attempts: 0, sensors: 0 };
}

/**
 * The short way of a JSON reading: by a layout learnt from an earlier message of its topic. It never says no: what has no
 * known layout, or a value that is not as it should be, goes the general way, which knows the reason.
 */
export class Layouts {
  private readonly reader = new LayoutReader();
  private readonly distinct = new Map<string, JsonLayout>();
  private readonly probe: Row = newRow();

  get claim(): ReadingClaim {
    return this.reader.claim;
  }

  read(known: TopicLayouts, payload: Buffer, series: Series, row: Row): boolean {
    if (known.sensors !== series.sensors.length) return false;
    for (const layout of known.layouts) if (this.reader.read(layout, payload, series, row)) return true;
    return false;
  }

  /** Learns from a message that went the general way to `reading` and `row`. */
  learn(
    known: TopicLayouts,
    payload: Buffer,
    of: { series: Series; sensor: string | undefined; reading: DecodedReading; row: Row },
  ): void {
    const { series, sensor, reading, row } = of;
    if (known.sensors !== series.sensors.length) {
      Object.assign(known, newTopicLayouts(), { sensors: series.sensors.length });
    }
    if (known.attempts >= attemptsMax) return;
    known.attempts++;
    const layout = learnLayout(payload, series, sensor, row);
    if (!layout || !this.isSame(layout, payload, series, reading, row)) return;
    const shared = this.shared(layout);
    if (shared) known.layouts = [shared, ...known.layouts].slice(0, layoutsMax);
  }

  /** A layout is used only if it makes of its own message what the general way made of it. */
  private isSame(
    layout: JsonLayout,
    payload: Buffer,
    series: Series,
    reading: DecodedReading,
    row: Row,
  ): boolean {
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
      series.sensors.every((_, column) => {
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
