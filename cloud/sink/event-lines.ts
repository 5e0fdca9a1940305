import type { BatchBlock } from '../../shared/contract/batch.ts';
import { checkEvent, type HarbingerEvent } from '../../shared/contract/events.ts';
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
 */
export function readEvents(gateway: string, blocks: readonly BatchBlock[], raw: Buffer): Checked {
  const refused = new RefusedList();
  const events: HarbingerEvent[] = [];
  const kept: BatchBlock[] = [];
  const texts: string[] = [];
  let start = 0;
  for (const block of blocks) {
    const lines: string[] = [];
    let index = 0;
    for (const text of linesOf(raw.toString('utf8', start, start + block.bytes))) {
      try {
        const event = parseEvent(gateway, text);
        events.push(event);
        lines.push(eventLine(gateway, event, block.seq, index));
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
    lines: events.length,
    refused: refused.list(),
    machines: [],
    events,
  };
}

function parseEvent(gateway: string, text: string): HarbingerEvent {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new HarbingerError('EVENT_INVALID', 'contract', `not JSON: ${messageOf(error)}`);
  }
  const event = checkEvent(value);
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

function eventLine(gateway: string, event: HarbingerEvent, blockSeq: number, index: number): string {
  const { site, machine } = machineOf(event);
  const fields = `data=${stringField(JSON.stringify(event.data))},id=${stringField(plain(event.id))},type=${stringField(event.type)}`;
  const nsInMs = (blockSeq * 8_191 + index) % 1_000_000;
  const time = timestampText(Date.parse(event.time), nsInMs);
  return `${seriesPrefix('event', gateway, machine, site)}${fields} ${time}`;
}

function machineOf(event: HarbingerEvent): { site: string; machine: string } {
  if ('machine' in event.data) return event.data;
  const [site = '', machine = '', ...rest] = (event.subject ?? '').split('/');
  const plainNames = rest.length === 0 && isIdentifier(site) && isIdentifier(machine);
  return plainNames ? { site, machine } : { site: none, machine: none };
}

/** Replaces newlines, which end a line even inside a string. */
function plain(text: string): string {
  return text.replace(/[\r\n]/g, ' ');
}
