import type { Clock } from '../../shared/runtime/clock.ts';
import { type Endpoint, request } from '../cli/http-client.ts';
import { printable } from '../cli/output.ts';
import { askDemo } from './options.ts';
import type { DemoStatus } from './status.ts';

/** A sensor that sends nothing usable must not fill the terminal. */
const saidEveryMs = 30_000;

interface Letter {
  id: number;
  topic: string;
  reason: string;
}

/** Says that messages became dead letters: they were acknowledged and did not become readings. */
export class DeadLetterNotes {
  private readonly gateway: Endpoint;
  private readonly data: string;
  private readonly clock: Clock;
  private readonly say: (line: string) => void;
  /** The number up to which they were reported. */
  private said: number | null = null;
  private saidMs = Number.NEGATIVE_INFINITY;

  constructor(options: { gateway: Endpoint; data: string; clock: Clock; say: (line: string) => void }) {
    this.gateway = options.gateway;
    this.data = options.data;
    this.clock = options.clock;
    this.say = options.say;
  }

  async note({ deadLetters }: Pick<DemoStatus, 'deadLetters'>): Promise<void> {
    if (deadLetters === null) return;
    // A gateway that was started again counts from the beginning.
    if (this.said === null || deadLetters < this.said) this.said = 0;
    const more = deadLetters - this.said;
    const nowMs = this.clock.monotonicMs();
    if (more === 0 || nowMs - this.saidMs < saidEveryMs) return;
    const newest = await this.newest();
    if (newest === undefined) return;
    this.said = deadLetters;
    this.saidMs = nowMs;
    this.say(deadLetterText(newest, more, this.data));
  }

  private async newest(): Promise<Letter | undefined> {
    const page = await request(this.gateway, 'GET', '/api/deadletters?limit=1').catch(() => ({ items: [] }));
    return (page as { items: Letter[] }).items[0];
  }
}

export function deadLetterText({ topic, reason }: Letter, count: number, data: string): string {
  const what =
    count === 1
      ? 'a message could not become a reading'
      : `${count} messages could not become readings, the latest`;
  return `DEAD LETTER  ${what}: ${printable(topic, 80)}  ·  ${printable(reason, 200)}  ·  ${askDemo('deadletters list', data)}`;
}
