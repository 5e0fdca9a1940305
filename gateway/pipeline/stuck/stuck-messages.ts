import { createHash } from 'node:crypto';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { RawMessage } from '../../ports/source.ts';

/** Dead letters may keep only so much of a payload. */
const comparedBytesMax = 64 << 10;
/** Limit of remembered messages; beyond it the oldest is forgotten, and would be tried again. */
const knownMax = 1_000;

type Message = Pick<RawMessage, 'topic' | 'payload'>;

/**
 * Messages that could not be read in time. A sensor that sends one again, because its acknowledgement was lost or the
 * gateway has ended, must not hold up everybody once more.
 */
export class StuckMessages {
  private readonly known = new Set<string>();
  private readonly topics = new Map<string, number>();

  add(message: Message): void {
    const key = keyOf(message);
    if (this.known.has(key)) return;
    this.known.add(key);
    this.count(message.topic, 1);
    const [oldest] = this.known;
    if (this.known.size > knownMax) this.remove(oldest!);
  }

  /** Costs next to nothing for topics on which no message was stuck. */
  has(message: Message): boolean {
    return this.topics.size > 0 && this.topics.has(message.topic) && this.known.has(keyOf(message));
  }

  forget(message: Message): void {
    this.remove(keyOf(message));
  }

  private remove(key: string): void {
    if (this.known.delete(key)) this.count(key.slice(key.indexOf(' ') + 1), -1);
  }

  private count(topic: string, change: number): void {
    const count = (this.topics.get(topic) ?? 0) + change;
    if (count > 0) this.topics.set(topic, count);
    else this.topics.delete(topic);
  }
}

function keyOf({ topic, payload }: Message): string {
  const hash = createHash('sha256').update(payload.subarray(0, comparedBytesMax)).digest('base64');
  return `${hash} ${topic}`;
}

/** Creates the reason of the dead letter. */
export function stuckError({ payload }: RawMessage): HarbingerError {
  const why = `the message (${payload.length} bytes) was not read in the time that decodeMsMax gives each message`;
  return new HarbingerError('DECODE_STUCK', 'decode', `${why}: report its topic and payload`);
}
