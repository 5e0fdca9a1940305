import type { DecodedFaults, DecodedReading, RefusedValue } from '../../../ports/decode.ts';
import type { NamedTypedValue, TypedReading, TypedValue } from '../../../ports/source.ts';
import type { MappedItem } from '../../mapping/evaluate.ts';
import { writeReadings } from '../../typed/write.ts';
import { kindOf } from '../../values.ts';

const nsPerMs = 1_000_000n;

/** Encodes what a mapping has made, which no payload has: as typed readings. */
function ownMessage(
  { site = '', machine = '', deviceTime }: Pick<DecodedReading, 'site' | 'machine' | 'deviceTime'>,
  values: readonly NamedTypedValue[],
  timeMs?: number,
): Buffer {
  const moment = deviceTime ?? (timeMs === undefined ? undefined : { ms: Math.floor(timeMs), ns: 0 });
  const timeNs = moment && BigInt(moment.ms) * nsPerMs + BigInt(moment.ns);
  const reading: TypedReading = { site, machine, ...(timeNs !== undefined && { timeNs }), values };
  return writeReadings([reading]);
}

const plain = (value: unknown): TypedValue =>
  typeof value === 'object' && value !== null ? kindOf(value) : ((value ?? null) as TypedValue);

const refusedValue = ({ name, value, error }: RefusedValue): NamedTypedValue =>
  error?.code === 'DECODE_QUALITY' ? [name, plain(value), 'bad'] : [name, plain(value)];

/** A reading that a mapping has made. */
export class MappedReading implements DecodedReading {
  readonly site: string;
  readonly machine: string;
  values: Record<string, unknown>;
  declare deviceTime?: { ms: number; ns: number };
  declare id?: string;
  declare seq?: number;
  declare refused?: RefusedValue[];
  declare rounded?: readonly string[];

  constructor({ site, machine, values, refused, time, id }: MappedItem) {
    this.site = site;
    this.machine = machine;
    this.values = values;
    if (time) this.deviceTime = time;
    if (id !== undefined) this.id = id;
    if (refused.length > 0) this.refused = refused;
  }

  own(sensor?: string, timeMs?: number): Buffer {
    const sent = Object.entries(this.values).map(([name, value]): NamedTypedValue => [name, plain(value)]);
    const all = [...sent, ...(this.refused ?? []).map(refusedValue)];
    return ownMessage(this, sensor === undefined ? all : all.filter(([name]) => name === sensor), timeMs);
  }
}

/** A reading of which every value was refused. */
export class MappedFaults implements DecodedFaults {
  readonly site: string;
  readonly machine: string;
  readonly faults: readonly RefusedValue[];
  declare deviceTime?: { ms: number; ns: number };

  constructor({ site, machine, refused, time }: MappedItem) {
    this.site = site;
    this.machine = machine;
    this.faults = refused;
    if (time) this.deviceTime = time;
  }

  own(sensor?: string, timeMs?: number): Buffer {
    const all = this.faults.map(refusedValue);
    return ownMessage(this, sensor === undefined ? all : all.filter(([name]) => name === sensor), timeMs);
  }
}
