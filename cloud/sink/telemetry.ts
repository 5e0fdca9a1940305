import { type BatchBlock, batchLimits, longLine } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { estimateTexts } from '../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import { reservedMeasurements } from '../../shared/domain/machine-type.ts';
import { estimateState } from '../../shared/machine-state/estimate-line.ts';
import type { MachineState } from '../ports/machines.ts';
import { type Checked, RefusedList } from './checked.ts';
import { FieldCheck } from './line-fields.ts';

interface Series {
  measurement: string;
  machine: string;
  site: string;
  /** How many bytes a line has before its first blank. */
  prefixBytes: number;
  /** The start and the end of its last line in the body of the batch being read. */
  lastStart: number;
  lastEnd: number;
  /** Number of the batch that set them. */
  batch: number;
}

const newline = 10;
const space = 32;

/** Limit of remembered series for each gateway's lane. A series has the lines of one measurement of one machine. */
const seriesMax = 20_000;

/**
 * Checks line protocol of one gateway's lane: every line must begin with exactly
 * `measurement,gateway=<this gateway>,machine=…,site=… ` in plain names, so that no gateway can write as another one.
 * The beginning is only compared with that of the line before, or looked up among those seen before, and line-fields.ts
 * reads the rest without creating strings, so a line costs a fraction of a microsecond. (A quoted newline cannot smuggle
 * anything in, however a store reads quotes: each line of text is checked.)
 */
export class TelemetryReader {
  private readonly gateway: string;
  private readonly lane: Lane;
  private readonly fields: FieldCheck;
  private readonly series = new Map<string, Series>();
  private batch = 0;
  /** The series of the last good line in the body of the batch being read. */
  private previous: Series | null = null;

  constructor(gateway: string, lane: Lane) {
    this.gateway = gateway;
    this.lane = lane;
    this.fields = new FieldCheck(lane === 'estimates' ? estimateTexts : []);
  }

  /**
   * `raw` has the text of the blocks, one after the other.
   * @throws HarbingerError BATCH_SIZE for a line that is too long
   */
  read(blocks: readonly BatchBlock[], raw: Buffer): Checked {
    this.batch++;
    this.previous = null;
    const refused = new RefusedList();
    const touched: Series[] = [];
    const good: Buffer[] = [];
    const kept: BatchBlock[] = [];
    let start = 0;
    for (const block of blocks) {
      const found = this.readBlock(block, raw, start, touched, refused);
      if (found.lines > 0) {
        const bytes = found.parts.reduce((sum, part) => sum + part.length, 0);
        kept.push({ seq: block.seq, lines: found.lines, bytes });
      }
      for (const part of found.parts) good.push(part);
      start += block.bytes;
    }
    const list = refused.list();
    const untouched = list.length === 0;
    const body = untouched ? raw : Buffer.concat(good);
    return {
      blocks: kept,
      raw: body,
      untouched,
      lines: kept.reduce((sum, block) => sum + block.lines, 0),
      refused: list,
      machines: touched.flatMap((series) => this.stateOf(series, raw) ?? []),
      events: [],
      unknownEvents: [],
    };
  }

  /** Returns the good lines of a block, and their text in as many parts as bad lines divide it into. */
  private readBlock(
    block: BatchBlock,
    raw: Buffer,
    start: number,
    touched: Series[],
    refused: RefusedList,
  ): { lines: number; parts: Buffer[] } {
    const end = start + block.bytes;
    const refuseWhole = (problem: string) => {
      refused.add('CONTENT_LINES', `block ${block.seq} ${problem}`, raw.subarray(start, end));
      return { lines: 0, parts: [] };
    };
    if (raw[end - 1] !== newline) return refuseWhole('does not end with a newline');
    /** Where bad lines begin and end, in turn, and why the first of them is bad. */
    const bad: number[] = [];
    let reason = '';
    let lines = 0;
    for (let at = start; at < end; lines++) {
      if (lines === block.lines) return refuseWhole(`has more than ${block.lines} lines`);
      const why = this.readLine(raw, at, touched);
      const eol = why === null ? this.fields.end : raw.indexOf(newline, at);
      if (eol - at > batchLimits.lineBytesMax) throw longLine(block, eol - at);
      if (why !== null && bad.push(at, eol + 1) === 2) reason = why;
      at = eol + 1;
    }
    if (lines !== block.lines) return refuseWhole(`has ${lines} lines, not ${block.lines}`);
    const parts: Buffer[] = [];
    let goodFrom = start;
    for (let i = 0; i < bad.length; i += 2) {
      const [from, to] = [bad[i]!, bad[i + 1]!];
      refused.add('CONTENT_LINE', reason, raw.subarray(from, to));
      if (goodFrom < from) parts.push(raw.subarray(goodFrom, from));
      goodFrom = to;
    }
    if (goodFrom < end) parts.push(raw.subarray(goodFrom, end));
    return { lines: lines - bad.length / 2, parts };
  }

  /** Returns null if the line is good, and then `fields.end` is its end; otherwise the reason why not. */
  private readLine(raw: Buffer, start: number, touched: Series[]): string | null {
    const repeated = this.repeated(raw, start);
    const prefixEnd = repeated ? start + repeated.prefixBytes : endOfPrefix(raw, start);
    if (raw[prefixEnd] !== space || raw[prefixEnd + 1] === newline) return 'a line has no fields';
    const problem = this.fields.problem(raw, prefixEnd + 1);
    if (problem !== null) return problem;
    const series = repeated ?? this.seriesOf(raw.toString('latin1', start, prefixEnd));
    if (typeof series === 'string') return series;
    if (series.batch !== this.batch) {
      series.batch = this.batch;
      touched.push(series);
    }
    series.lastStart = start;
    series.lastEnd = this.fields.end;
    this.previous = series;
    return null;
  }

  /** Returns the series of the good line before if this line begins as that one, otherwise null. */
  private repeated(raw: Buffer, start: number): Series | null {
    const { previous } = this;
    if (previous === null) return null;
    for (let i = 0; i <= previous.prefixBytes; i++) {
      if (raw[start + i] !== raw[previous.lastStart + i]) return null;
    }
    return previous;
  }

  private seriesOf(prefix: string): Series | string {
    const known = this.series.get(prefix);
    if (known !== undefined) return known;
    const parsed = this.parsePrefix(prefix);
    if (typeof parsed === 'string') return parsed;
    if (this.series.size >= seriesMax) this.series.clear();
    this.series.set(prefix, parsed);
    return parsed;
  }

  private parsePrefix(prefix: string): Series | string {
    const [measurement = '', ...tags] = prefix.split(',');
    const [gateway = '', machine = '', site = ''] = ['gateway=', 'machine=', 'site='].map((name, i) =>
      tags[i]?.startsWith(name) ? tags[i].slice(name.length) : '',
    );
    const shown = prefix.slice(0, 200);
    if (tags.length !== 3 || ![measurement, gateway, machine, site].every(isIdentifier)) {
      return `a line begins with '${shown}', not with measurement,gateway=…,machine=…,site=…`;
    }
    if (gateway !== this.gateway) return `a line of gateway '${gateway}' came from '${this.gateway}'`;
    const fits =
      this.lane === 'estimates' ? measurement === 'estimate' : !reservedMeasurements.includes(measurement);
    if (!fits) return `measurement '${measurement}' does not belong into lane ${this.lane}`;
    return { measurement, machine, site, prefixBytes: prefix.length, lastStart: 0, lastEnd: 0, batch: 0 };
  }

  private stateOf(series: Series, raw: Buffer): Partial<MachineState> | null {
    const line = raw.toString('utf8', series.lastStart, series.lastEnd);
    if (this.lane === 'estimates') return estimateState(line);
    const timestampNs = Number(line.slice(line.lastIndexOf(' ') + 1));
    if (!Number.isFinite(timestampNs)) return null;
    const { machine, site, measurement } = series;
    return { machine, site, machineType: measurement, lastSeenMs: Math.floor(timestampNs / 1e6) };
  }
}

/** Returns where the first blank of the line is, or its newline if it has no blank. */
function endOfPrefix(raw: Buffer, start: number): number {
  let at = start;
  while (raw[at] !== space && raw[at] !== newline) at++;
  return at;
}
