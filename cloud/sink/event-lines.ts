import type { BatchBlock } from '../../shared/contract/batch.ts';
import {
  type AnyEvent,
  checkEnvelope,
  type HarbingerEvent,
  understoodEvent,
} from '../../shared/contract/events.ts';
import { linesOf, seriesPrefix, stringField, timestampText } from '../../shared/contract/line-protocol.ts';
import { isIdentifier } from '../../shared/contract/topics.ts';
import { HarbingerError, messageOf } from '../../shared/runtime/errors.ts';
import { type Checked, RefusedList } from './checked.ts';

/** Stands for an absent site or machine, since a tag must not be empty. No machine or site can have this name. */
const none = '-';

/** The last whole ms since 1970 whose nanoseconds fit 63 bits. */
const timeMsMax = 9_223_372_036_853;

/**
 * Checks one gateway's events (one JSON object a line) and writes each as a line of measurement `event`: fields `type`,
 * `id` and `data` (JSON), at its own time to the millisecond. The nanoseconds within it come from its position in the
 * journal, which never changes: a replay writes the same point, and two events of one millisecond stay two.
 * An event of a type, or with values, that this cloud does not know is stored too; it is only not applied.
 */
export function readEvents(gateway: string, blocks: readonly BatchBlock[], raw: Buffer): Checked {
  const refused = new RefusedList();
  const events: HarbingerEvent[] = [];
  const unknownEvents: string[] = [];
  let count = 0;
  const kept: BatchBlock[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const block of blocks) {
    const lines: string[] = [];
    let index = 0;
    for (const text of linesOf(raw.toString('utf8', start, start + block.bytes))) {
      try {
        const event = parseEvent(gateway, text);
        lines.push(eventLine(gateway, event, block.seq, index));
        count++;
        const understood = understoodEvent(event);
        if (typeof understood === 'string') unknownEvents.push(understood);
        else events.push(understood);
      } catch (error) {
        const code = error instanceof HarbingerError ? error.code : 'EVENT_INVALID';
        refused.add(code, messageOf(error), Buffer.from(`${text}\n`));
      }
      index++;
    }
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
    lines: count,
    refused: refused.list(),
    machines: [],
    events,
    unknownEvents,
  };
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
  const timeMs = Date.parse(event.time);
  if (!(timeMs >= 0 && timeMs <= timeMsMax)) {
    throw new HarbingerError(
      'EVENT_INVALID',
      'contract',
      `time '${event.time}' is no time between 1970 and 2262`,
    );
  }
  return event;
}

function eventLine(gateway: string, event: AnyEvent, blockSeq: number, index: number): string {
  const { site, machine } = machineOf(event);
  const fields = `data=${stringField(JSON.stringify(event.data))},id=${stringField(plain(event.id))},type=${stringField(plain(event.type))}`;
  const nsInMs = (blockSeq * 8_191 + index) % 1_000_000;
  const time = timestampText(Date.parse(event.time), nsInMs);
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

/** Replaces newlines, which end a line even inside a string. */
function plain(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}
