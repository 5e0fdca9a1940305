/** Notes about what sensors sent in vain, because nothing else tells somebody who tries a sensor. */
import type { Clock } from '../../shared/runtime/clock.ts';
import { type Endpoint, request } from '../cli/http-client.ts';
import { printable } from '../cli/output.ts';
import { askDemo } from './options.ts';
import type { DemoStatus, LatestRefusal } from './status.ts';

/** A sensor that sends nothing usable must not fill the terminal. */
const saidEveryMs = 30_000;

/** Says from time to time that a count has grown. */
class CountNotes {
  private readonly clock: Clock;
  private readonly say: (line: string) => void;
  /** The number up to which they were reported. */
  private said: number | null = null;
  private saidMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock, say: (line: string) => void) {
    this.clock = clock;
    this.say = say;
  }

  /** `textOf` gets by how many the count has grown; null leaves it for the next time. */
  async note(count: number | null, textOf: (more: number) => Promise<string | null>): Promise<void> {
    if (count === null) return;
    // A gateway that was started again counts from the beginning.
    if (this.said === null || count < this.said) this.said = 0;
    const more = count - this.said;
    const nowMs = this.clock.monotonicMs();
    if (more === 0 || nowMs - this.saidMs < saidEveryMs) return;
    const text = await textOf(more);
    if (text === null) return;
    this.said = count;
    this.saidMs = nowMs;
    this.say(text);
  }
}

interface Letter {
  id: number;
  topic: string;
  reason: string;
}

/**
 * Says that messages became dead letters (they were acknowledged and did not become readings), and that the gateway
 * refused or closed connections, which a sensor cannot tell from a fault of the network.
 */
export class SensorNotes {
  private readonly gateway: Endpoint;
  private readonly data: string;
  private readonly deadLetters: CountNotes;
  private readonly refusals: CountNotes;

  constructor(options: { gateway: Endpoint; data: string; clock: Clock; say: (line: string) => void }) {
    this.gateway = options.gateway;
    this.data = options.data;
    this.deadLetters = new CountNotes(options.clock, options.say);
    this.refusals = new CountNotes(options.clock, options.say);
  }

  async note(now: Pick<DemoStatus, 'deadLetters' | 'refusals' | 'latestRefusal'>): Promise<void> {
    const { deadLetters, refusals, latestRefusal } = now;
    await this.deadLetters.note(deadLetters, async (more) => {
      const newest = await this.newest();
      return newest ? deadLetterText(newest, more, this.data) : null;
    });
    await this.refusals.note(refusals, async (more) =>
      latestRefusal ? refusalText(latestRefusal, more) : null,
    );
  }

  private async newest(): Promise<Letter | undefined> {
    const page = await request(this.gateway, 'GET', '/api/deadletters?limit=1').catch(() => ({ items: [] }));
    return (page as { items: Letter[] }).items[0];
  }
}

function deadLetterText({ topic, reason }: Letter, count: number, data: string): string {
  const what =
    count === 1
      ? 'a message could not become a reading'
      : `${count} messages could not become readings, the latest`;
  return `DEAD LETTER  ${what}: ${printable(topic, 80)}  ·  ${printable(reason, 200)}  ·  ${askDemo('deadletters list', data)}`;
}

function refusalText({ reason, message, client, address }: LatestRefusal, count: number): string {
  const what =
    count === 1
      ? 'the gateway closed a sensor’s connection'
      : `the gateway closed ${count} sensors’ connections, the latest`;
  const who = [client, address].filter((each) => each !== null).map((each) => printable(each, 80));
  const hint = reason === 'publish' ? ['topics begin with telemetry/ or lifecycle/'] : [];
  return [`REFUSED  ${what}: ${printable(message, 200)}`, ...hint, who.join(' from ')].join('  ·  ');
}
