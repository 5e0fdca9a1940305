import { Quotas } from '../../shared/bounds/quotas.ts';
import type { Decoded } from '../ports/decode.ts';
import type { WaitingMachine } from '../ports/onboarding/onboarding.ts';
import type { RawMessage } from '../ports/source.ts';
import { FieldNotes } from './field-notes.ts';

/** Machines that one sender may have in the list; all together have less than twice as many. */
const ofSenderMax = 128;
/** The first messages of a machine are all read, then one a second, and of all machines together so many a second. */
const readAllMax = 20;
const readEveryMs = 1_000;
const readsPerSecond = 100;
const payloadMax = 64 << 10;
const itemsMax = 20;
const topicsMax = 4;
const topicLengthMax = 200;
const samplesMax = 3;
const sampleLengthMax = 512;
const gapsMax = 15;

interface Entry {
  site: string;
  machine: string;
  sender: string;
  firstMs: number;
  lastMs: number;
  messages: number;
  topics: string[];
  /** The latest times between messages, ms. */
  gaps: number[];
  fields: FieldNotes;
  samples: string[];
  reads: number;
  readMs: number;
}

type Message = Pick<RawMessage, 'topic' | 'payload' | 'client' | 'user' | 'receivedMs' | 'form'>;

/** Summarises what machines send that no rule names, within bounds. What they sent is kept by the dead letters. */
export class WaitingList {
  private readonly entries = new Map<string, Entry>();
  private readonly quotas = new Quotas(ofSenderMax);
  /** Machines that were left out because their sender has as many as one may. */
  notListed = 0;
  private second = 0;
  private readsInSecond = 0;

  /** Counts a message of a machine. Returns whether it should be read too. */
  heard(site: string, machine: string, message: Message): boolean {
    const { receivedMs, topic, payload } = message;
    const entry = this.entryOf(site, machine, message.user ?? message.client, receivedMs);
    if (!entry) return false;
    const gap = receivedMs - entry.lastMs;
    if (entry.messages > 0 && gap >= 0) {
      entry.gaps.push(gap);
      if (entry.gaps.length > gapsMax) entry.gaps.shift();
    }
    entry.messages++;
    entry.firstMs = Math.min(entry.firstMs, receivedMs);
    entry.lastMs = Math.max(entry.lastMs, receivedMs);
    const shortTopic = topic.slice(0, topicLengthMax);
    if (entry.topics.length < topicsMax && !entry.topics.includes(shortTopic)) entry.topics.push(shortTopic);
    if (entry.samples.length < samplesMax && message.form === undefined)
      entry.samples.push(sampleOf(payload));
    if (payload.length > payloadMax) return false;
    const isDue = entry.reads < readAllMax || Math.abs(receivedMs - entry.readMs) >= readEveryMs;
    if (!isDue || !this.mayRead(receivedMs)) return false;
    entry.reads++;
    entry.readMs = receivedMs;
    return true;
  }

  /** Takes what such a message says. */
  read(site: string, machine: string, items: readonly Decoded[]): void {
    const entry = this.entries.get(`${site}/${machine}`);
    if (!entry) return;
    for (const item of items.slice(0, itemsMax)) if ('values' in item) entry.fields.add(item.values);
  }

  forget(matches: (key: string) => boolean): void {
    for (const [key, entry] of this.entries) if (matches(key)) this.remove(key, entry);
  }

  /** The ones that were heard last come first. */
  list(): Omit<WaitingMachine, 'held'>[] {
    return [...this.entries.values()]
      .sort((a, b) => b.lastMs - a.lastMs)
      .map(({ gaps, fields, reads: _reads, readMs: _readMs, ...entry }) => ({
        ...entry,
        topics: [...entry.topics],
        samples: [...entry.samples],
        stepMs: median(gaps),
        ...fields.summary(),
      }));
  }

  private entryOf(site: string, machine: string, sender: string, nowMs: number): Entry | null {
    const key = `${site}/${machine}`;
    const known = this.entries.get(key);
    if (known) return known;
    if (!this.quotas.admits(sender) && !this.removeOldest(sender)) {
      this.notListed++;
      return null;
    }
    const entry: Entry = {
      ...{ site, machine, sender, firstMs: nowMs, lastMs: nowMs, messages: 0 },
      ...{ topics: [], gaps: [], samples: [], reads: 0, readMs: 0, fields: new FieldNotes() },
    };
    this.quotas.add(sender);
    this.entries.set(key, entry);
    return entry;
  }

  /** Makes room for a sender by the machine of its own that was heard longest ago. */
  private removeOldest(sender: string): boolean {
    let oldest: [string, Entry] | null = null;
    for (const one of this.entries)
      if (one[1].sender === sender && (oldest === null || one[1].lastMs < oldest[1].lastMs)) oldest = one;
    if (!oldest) return false;
    this.notListed++;
    this.remove(...oldest);
    return true;
  }

  private remove(key: string, { sender }: Entry): void {
    this.entries.delete(key);
    this.quotas.remove(sender);
  }

  private mayRead(nowMs: number): boolean {
    const second = Math.floor(nowMs / 1_000);
    if (second !== this.second) {
      this.second = second;
      this.readsInSecond = 0;
    }
    return this.readsInSecond++ < readsPerSecond;
  }
}

/** The beginning of a text; of anything else only its length. */
function sampleOf(payload: Buffer): string {
  const text = payload.toString('utf8', 0, sampleLengthMax);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  return /[\0-\x08\x0e-\x1f]/.test(text) ? `(${payload.length} bytes that are not text)` : text;
}

function median(values: readonly number[]): number | null {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? null;
}
