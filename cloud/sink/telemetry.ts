import type { BatchBlock } from '../../shared/contract/batch.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import { reservedMeasurements } from '../../shared/domain/machine-type.ts';
import type { MachineState } from '../ports/machines.ts';
import { type Checked, RefusedList } from './checked.ts';
import { estimateState } from './estimates.ts';

interface Series {
  measurement: string;
  machine: string;
  site: string;
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
 * The beginning is only looked up among those seen before, so a line costs a fraction of a microsecond; the store
 * checks the rest. (A quoted newline cannot smuggle anything in, however a store reads quotes: each line of text is
 * checked.)
 */
export class TelemetryReader {
  private readonly gateway: string;
  private readonly lane: Lane;
  private readonly series = new Map<string, Series>();
  private batch = 0;

  constructor(gateway: string, lane: Lane) {
    this.gateway = gateway;
    this.lane = lane;
  }

  /** `raw` has the text of the blocks, one after the other. */
  read(blocks: readonly BatchBlock[], raw: Buffer): Checked {
    this.batch++;
    const refused = new RefusedList();
    const touched: Series[] = [];
    const good: Buffer[] = [];
    const kept: BatchBlock[] = [];
    let start = 0;
    for (const block of blocks) {
      const text = raw.subarray(start, start + block.bytes);
      const parts = this.readBlock(block, raw, start, touched, refused);
      if (parts === null) kept.push(block);
      else if (parts.length > 0) {
        const bytes = parts.reduce((sum, part) => sum + part.length, 0);
        kept.push({ seq: block.seq, lines: parts.length, bytes });
      }
      good.push(...(parts ?? [text]));
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

  /** Returns null if the whole block is good, otherwise its good lines. */
  private readBlock(
    block: BatchBlock,
    raw: Buffer,
    start: number,
    touched: Series[],
    refused: RefusedList,
  ): Buffer[] | null {
    const end = start + block.bytes;
    const whole = () => raw.subarray(start, end);
    if (raw[end - 1] !== newline) {
      refused.add('CONTENT_LINES', `block ${block.seq} does not end with a newline`, whole());
      return [];
    }
    const bad: [start: number, end: number, why: string][] = [];
    let lines = 0;
    for (let at = start; at < end; lines++) {
      const eol = raw.indexOf(newline, at);
      const why = this.readLine(raw, at, eol, touched);
      if (why !== null) bad.push([at, eol + 1, why]);
      at = eol + 1;
    }
    if (lines !== block.lines) {
      refused.add('CONTENT_LINES', `block ${block.seq} has ${lines} lines, not ${block.lines}`, whole());
      return [];
    }
    if (bad.length === 0) return null;
    for (const [from, to, why] of bad) refused.add('CONTENT_LINE', why, raw.subarray(from, to));
    return goodLines(raw, start, end, bad);
  }

  /** Returns null if the line is good, otherwise the reason why not. */
  private readLine(raw: Buffer, start: number, eol: number, touched: Series[]): string | null {
    const prefixEnd = raw.indexOf(space, start);
    if (prefixEnd < 0 || prefixEnd + 1 >= eol) return 'a line has no fields';
    const prefix = raw.toString('latin1', start, prefixEnd);
    let series = this.series.get(prefix);
    if (series === undefined) {
      const parsed = this.parsePrefix(prefix);
      if (typeof parsed === 'string') return parsed;
      if (this.series.size >= seriesMax) this.series.clear();
      this.series.set(prefix, parsed);
      series = parsed;
    }
    if (series.batch !== this.batch) {
      series.batch = this.batch;
      touched.push(series);
    }
    series.lastStart = start;
    series.lastEnd = eol;
    return null;
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
    return { measurement, machine, site, lastStart: 0, lastEnd: 0, batch: 0 };
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

function goodLines(raw: Buffer, start: number, end: number, bad: [number, number, string][]): Buffer[] {
  const isBad = new Set(bad.map(([from]) => from));
  const good: Buffer[] = [];
  for (let at = start; at < end; ) {
    const next = raw.indexOf(newline, at) + 1;
    if (!isBad.has(at)) good.push(raw.subarray(at, next));
    at = next;
  }
  return good;
}
