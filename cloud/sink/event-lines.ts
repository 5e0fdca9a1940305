import { type BatchBlock, batchLimits, longLine } from '../../shared/contract/batch.ts';
import {
  type AnyEvent,
  checkEnvelope,
  type HarbingerEvent,
  isEventOf,
  understoodEvent,
} from '../../shared/contract/events.ts';
import { seriesPrefix, stringField, timestampText } from '../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import type { TimeLimited } from '../../shared/runtime/budget.ts';
import { nextTurn } from '../../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { alertLines } from './alerts/alert-lines.ts';
import { type Checked, RefusedList, stuckReason } from './checked.ts';

/** Stands for an absent site or machine, since a tag must not be empty. No machine or site can have this name. */
const none = '-';

/** The last whole ms since 1970 whose nanoseconds fit 63 bits. */
const timeMsMax = 9_223_372_036_853;

/** After so many lines the process serves other things before it continues. */
const linesAtOnce = 500;
const newline = 10;

/**
 * Checks one gateway's events (one JSON object a line) and writes each as a line of measurement `event`: fields `type`,
 * `id` and `data` (JSON), at its own time to the millisecond. The nanoseconds within it come from its position in the
 * journal, which never changes: a replay writes the same point, and two events of one millisecond stay two.
 * An event of a type, or with values, that this cloud does not know is stored too; it is only not applied.
 * A line whose check does not end within the time that `limited` gives is refused.
 * @throws HarbingerError BATCH_SIZE for a line that is too long
 */
export async function readEvents(
  gateway: string,
  blocks: readonly BatchBlock[],
  raw: Buffer,
  limited: TimeLimited,
): Promise<Checked> {
  const reader = new EventReader(gateway, limited);
  const kept: BatchBlock[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const block of blocks) {
    const lines = await reader.block(block, raw, start);
    start += block.bytes;
    if (lines.length === 0) continue;
    const text = `${lines.join('\n')}\n`;
    texts.push(text);
    kept.push({ seq: block.seq, lines: lines.length, bytes: Buffer.byteLength(text) });
  }
  return {
    blocks: kept,
    raw: Buffer.from(texts.join('')),
    untouched: false,
    lines: kept.reduce((sum, block) => sum + block.lines, 0),
    refused: reader.refused.list(),
    machines: [],
    events: reader.events,
    unknownEvents: reader.unknownEvents,
  };
}

/** A block that is being read: `at` is where its next line begins. */
interface Part {
  readonly block: BatchBlock;
  readonly raw: Buffer;
  readonly end: number;
  at: number;
  index: number;
  readonly lines: string[];
}

function endOfLine({ raw, at, end }: Part): number {
  const eol = raw.indexOf(newline, at);
  return eol < 0 || eol > end ? end : eol;
}

class EventReader {
  readonly refused = new RefusedList();
  readonly events: HarbingerEvent[] = [];
  readonly unknownEvents: string[] = [];
  private readonly gateway: string;
  private readonly limited: TimeLimited;
  private read = 0;

  constructor(gateway: string, limited: TimeLimited) {
    this.gateway = gateway;
    this.limited = limited;
  }

  /** Returns the lines for the store of the block that begins at `start`. */
  async block(block: BatchBlock, raw: Buffer, start: number): Promise<string[]> {
    const part = { block, raw, end: start + block.bytes, at: start, index: 0, lines: [] };
    const some = () => this.some(part);
    const place = () => part.at;
    while (part.at < part.end) {
      const isDone = this.limited(some, place);
      if (!isDone) this.refuseStuck(part);
      if (!isDone || this.read % linesAtOnce === 0) await nextTurn();
    }
    return part.lines;
  }

  /** Checks lines up to the end of the block, or until other things are to be served. */
  private some(part: Part): void {
    const { block, raw, end, lines } = part;
    while (part.at < end) {
      const eol = endOfLine(part);
      const text = raw.subarray(part.at, eol);
      if (text.length > batchLimits.lineBytesMax) throw longLine(block, text.length);
      if (text.length > 0 && part.index === block.lines) {
        const problem = `block ${block.seq} has more than ${block.lines} lines`;
        this.refused.add('CONTENT_LINES', problem, raw.subarray(part.at, end));
        part.at = end;
        return;
      }
      const made = text.length === 0 ? [] : this.lines(text.toString(), block.seq, part.index);
      part.at = eol + 1;
      if (text.length === 0) continue;
      part.index++;
      lines.push(...made);
      if (++this.read % linesAtOnce === 0) return;
    }
  }

  private refuseStuck(part: Part): void {
    const eol = endOfLine(part);
    this.refused.add('CONTENT_STUCK', stuckReason, part.raw.subarray(part.at, Math.min(eol + 1, part.end)));
    part.at = eol + 1;
    part.index++;
  }

  /** Returns the lines for the store; none if the event is refused. */
  private lines(text: string, blockSeq: number, index: number): string[] {
    if (!text.startsWith('{')) {
      // Found without an exception: a batch may have a million such lines.
      this.refused.add('EVENT_INVALID', 'not a JSON object', Buffer.from(`${text}\n`));
      return [];
    }
    try {
      const event = parseEvent(this.gateway, text);
      const time = timeOf(event, blockSeq, index);
      const line = eventLine(this.gateway, event, time);
      const understood = understoodEvent(event);
      if (typeof understood === 'string') {
        this.unknownEvents.push(understood);
        return [line];
      }
      this.events.push(understood);
      // Its figures are stored as estimates and readings.
      if (isEventOf(understood, 'io.harbinger.prediction.now.v1')) return [];
      return [line, ...alertLines(this.gateway, understood, time)];
    } catch (error) {
      const code = error instanceof HarbingerError ? error.code : 'EVENT_INVALID';
      this.refused.add(code, messageOf(error), Buffer.from(`${text}\n`));
      return [];
    }
  }
}

function parseEvent(gateway: string, text: string): AnyEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HarbingerError('EVENT_INVALID', 'contract', `not JSON: ${messageOf(error)}`);
  }
  const event = checkEnvelope(value);
  if (event.source !== `/gateways/${gateway}`) {
    throw new HarbingerError(
      'EVENT_FOREIGN',
      'ingest',
      `source ${event.source} came from gateway '${gateway}'`,
    );
  }
  if (event.type.startsWith('io.harbinger.condition.') && !isAboutGateway(event.data, gateway)) {
    throw new HarbingerError(
      'EVENT_FOREIGN',
      'ingest',
      `gateway '${gateway}' says a condition of another one`,
    );
  }
  const timeMs = Date.parse(event.time);
  if (!(timeMs >= 0 && timeMs <= timeMsMax)) {
    throw new HarbingerError(
      'EVENT_INVALID',
      'contract',
      `time '${event.time}' is not a time between 1970 and 2262`,
    );
  }
  return event;
}

/** True as well for what a newer gateway says without such a field. */
function isAboutGateway(data: unknown, gateway: string): boolean {
  if (typeof data !== 'object' || data === null || !('about' in data)) return true;
  const { about } = data;
  if (typeof about !== 'object' || about === null || !('kind' in about) || !('name' in about)) return true;
  return about.kind === 'gateway' && about.name === gateway;
}

function timeOf(event: AnyEvent, blockSeq: number, index: number): string {
  return timestampText(Date.parse(event.time), (blockSeq * 8_191 + index) % 1_000_000);
}

function eventLine(gateway: string, event: AnyEvent, time: string): string {
  const { site, machine } = machineOf(event);
  const fields = `data=${stringField(JSON.stringify(event.data))},id=${stringField(event.id)},type=${stringField(event.type)}`;
  return `${seriesPrefix('event', gateway, machine, site)}${fields} ${time}`;
}

function machineOf({ data, subject = '' }: AnyEvent): { site: string; machine: string } {
  if (typeof data === 'object' && data !== null && 'site' in data && 'machine' in data) {
    const { site, machine } = data;
    if (isName(site) && isName(machine)) return { site, machine };
  }
  const [site = '', machine = '', ...rest] = subject.split('/');
  return rest.length === 0 && isName(site) && isName(machine)
    ? { site, machine }
    : { site: none, machine: none };
}

function isName(value: unknown): value is string {
  return typeof value === 'string' && isIdentifier(value);
}
