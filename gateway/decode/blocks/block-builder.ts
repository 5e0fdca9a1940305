/**
 * Blocks (gateway/decode/blocks): packs the rows of a batch as lines into one block, with columns for the windows, and
 * reads blocks back after a restart (replay-tail.ts). The journal stores blocks and does not look into them.
 */
import { isBeyondAlarmSide } from '../../../shared/domain/limits.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Block } from '../../ports/journal.ts';
import type { ColumnBatch, RefusedValue } from '../../ports/watch.ts';
import type { MachineSchema } from '../machines/machine-schema.ts';
import type { RefusedField, Row } from '../row.ts';
import { kindOf } from '../values.ts';
import { Compression } from './compression.ts';
import { LineWriter } from './line-writer.ts';

/** Smaller blocks are not worth compressing: gzip's own header and trailer are 18 bytes. */
const gzipFromBytes = 200;

/** Refused values of one batch that are passed on, and changes of whether devices are there. */
const refusedMax = 1_000;

/** Gathers the readings of one micro-batch, as text to journal and send, and as columns for the windows. */
export class BlockBuilder {
  private readonly writer = new LineWriter();
  private lines = 0;
  private refused: RefusedValue[] = [];
  private availability: NonNullable<ColumnBatch['availability']> = [];
  private retired: NonNullable<ColumnBatch['retired']> = [];
  private newMachines: ColumnBatch['newMachines'] = [];
  private newSensors: ColumnBatch['newSensors'] = [];
  private newOwners: NonNullable<ColumnBatch['newOwners']> = [];
  private machineIndex = new Int32Array(1_024);
  private timeMs = new Float64Array(1_024);
  private offset = new Int32Array(1_025);
  private values = new Float32Array(16_384);
  private valueCount = 0;
  /** By machine index: the machine's number in the columns, and how many of its sensors the receiver knows. */
  private readonly blockIndexes: number[] = [];
  private readonly announced: number[] = [];
  /** By machine index: the sender that the receiver knows. */
  private readonly owners: string[] = [];
  private machinesInBlock = 0;
  private readonly compression: Compression;

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.compression = new Compression(clock);
  }

  add(schema: MachineSchema, row: Row, ms: number, ns: number): void {
    const { sensors } = schema.set;
    this.reserve(sensors.length);
    if (this.isNews(schema)) this.announce(schema);
    for (let column = 0; column < sensors.length; column++) {
      this.values[this.valueCount++] = row.values[column]!;
    }
    this.writer.add(schema, row, ms, ns);
    this.machineIndex[this.lines] = this.blockIndexes[schema.index]!;
    this.timeMs[this.lines] = ms;
    this.lines++;
    this.offset[this.lines] = this.valueCount;
  }

  /** Notes a value that its sensor cannot have, for the windows; of more than 1,000 in a batch the others are left out. */
  refuse(schema: MachineSchema, { column, value: sent, error, isText, sent: said }: RefusedField): void {
    if (column < 0 || this.refused.length >= refusedMax) return;
    if (this.isNews(schema)) this.announce(schema);
    const machineIndex = this.blockIndexes[schema.index]!;
    const isNumber = said === undefined && typeof sent === 'number' && Number.isFinite(sent);
    const value = isNumber ? sent : null;
    const sensor = schema.type.sensors[column];
    const isBad = error?.code === 'DECODE_QUALITY';
    const isBeyondAlarm =
      value !== null && sensor !== undefined && !isBad && isBeyondAlarmSide(sensor, value);
    this.refused.push({
      ...{ machineIndex, column, row: this.lines, value, isBeyondAlarm },
      ...(value === null && { sent: said ?? (typeof sent === 'number' ? String(sent) : kindOf(sent)) }),
      ...(isBad && { isBad }),
      ...(isText && { isText }),
    });
  }

  /** Notes, for the windows, that the device of a machine is there or not; what exceeds 1,000 in a batch is left out. */
  available(schema: MachineSchema, isOnline: boolean): void {
    if (this.availability.length >= refusedMax) return;
    if (this.isNews(schema)) this.announce(schema);
    this.availability.push({ machineIndex: this.blockIndexes[schema.index]!, row: this.lines, isOnline });
  }

  /** Notes, for the windows, that a machine is gone, or one of its columns. */
  retire({ index }: MachineSchema, column?: number): void {
    const machineIndex = this.blockIndexes[index];
    if (machineIndex !== undefined)
      this.retired.push({ machineIndex, ...(column !== undefined && { column }) });
  }

  /** Announces a machine before it has sent. */
  introduce(schema: MachineSchema): void {
    if (this.isNews(schema)) this.announce(schema);
  }

  /** Returns the block and its columns, and empties the builder. Null if nothing was added. */
  finish(identities: Uint32Array): { block: Omit<Block, 'seq'>; columns: ColumnBatch } | null {
    const { lines } = this;
    if (lines === 0) return null;
    const raw = this.writer.take();
    const columns = this.columns();
    if (!columns) return null;
    const compressed = raw.length >= gzipFromBytes;
    const block: Omit<Block, 'seq'> = {
      codec: compressed ? 'gzip' : 'identity',
      lines,
      rawBytes: raw.length,
      body: compressed ? this.compression.compress(raw) : Buffer.from(raw),
      local: Buffer.from(identities.buffer, identities.byteOffset, identities.byteLength),
    };
    return { block, columns };
  }

  /** Returns the columns alone (for rows that are already journalled, or refused values without rows), and empties the builder. */
  finishColumns(): ColumnBatch | null {
    this.writer.take();
    return this.columns();
  }

  private columns(): ColumnBatch | null {
    const { lines, refused, retired, availability } = this;
    if (lines + refused.length + retired.length + availability.length === 0) return null;
    const columns: ColumnBatch = {
      ...(this.retired.length > 0 && { retired: this.retired }),
      newMachines: this.newMachines,
      newSensors: this.newSensors,
      ...(this.newOwners.length > 0 && { newOwners: this.newOwners }),
      machineIndex: this.machineIndex.slice(0, this.lines),
      timeMs: this.timeMs.slice(0, this.lines),
      offset: this.offset.slice(0, this.lines + 1),
      values: this.values.slice(0, this.valueCount),
      replay: false,
      ...(this.refused.length > 0 && { refused: this.refused }),
      ...(availability.length > 0 && { availability }),
    };
    this.retired = [];
    this.refused = [];
    this.availability = [];
    this.lines = 0;
    this.valueCount = 0;
    this.newMachines = [];
    this.newSensors = [];
    this.newOwners = [];
    return columns;
  }

  private isNews(schema: MachineSchema): boolean {
    const known = this.announced[schema.index];
    return (
      known === undefined || known < schema.set.sensors.length || this.owners[schema.index] !== schema.owner
    );
  }

  /**
   * Announces a machine once, with the columns of its type; columns of an open type and the sender follow as they
   * appear.
   */
  private announce(schema: MachineSchema): void {
    const known = this.announced[schema.index];
    if (known === undefined) {
      this.blockIndexes[schema.index] = this.machinesInBlock++;
      this.newMachines.push({
        machineIndex: this.blockIndexes[schema.index]!,
        site: schema.site,
        machine: schema.machine,
        machineType: schema.type.name,
      });
    }
    if ((this.owners[schema.index] ?? '') !== schema.owner)
      this.newOwners.push({ machineIndex: this.blockIndexes[schema.index]!, owner: schema.owner });
    this.owners[schema.index] = schema.owner;
    for (let column = known ?? schema.type.sensors.length; column < schema.set.sensors.length; column++) {
      this.newSensors.push({
        machineIndex: this.blockIndexes[schema.index]!,
        sensor: schema.set.sensors[column]!,
        ...(schema.set.isState[column] && { isState: true }),
      });
    }
    this.announced[schema.index] = schema.set.sensors.length;
  }

  private reserve(columns: number): void {
    if (this.lines + 1 >= this.machineIndex.length) {
      this.machineIndex = grown(this.machineIndex, new Int32Array(this.machineIndex.length * 2));
      this.timeMs = grown(this.timeMs, new Float64Array(this.timeMs.length * 2));
      this.offset = grown(this.offset, new Int32Array(this.machineIndex.length + 1));
    }
    if (this.valueCount + columns > this.values.length) {
      this.values = grown(this.values, new Float32Array(this.values.length * 2));
    }
  }
}

function grown<T extends Int32Array | Float64Array | Float32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}
