import type { LinkHandlers } from '../../../shared/broker-sessions/link.ts';
import { BrokerSession, type SessionDeps } from '../../../shared/broker-sessions/session.ts';
import type { MessageIntake, PeerState, RawMessage } from '../../ports/source.ts';
import { topicHere } from './check.ts';
import type { RemoteBroker } from './config.ts';
import type { KeptBroker } from './kept.ts';
import { digestOf, LatestMessages } from './latest.ts';
import type { RemoteStats } from './statistics.ts';

export interface RemoteDeps extends SessionDeps {
  intake: MessageIntake;
  /** Notes that what is kept has changed. */
  changed(): void;
}

/** Takes what one broker has, and tells it what is stored. */
export class RemoteBrokerReader {
  readonly session: BrokerSession;
  private readonly config: RemoteBroker;
  private readonly deps: RemoteDeps;
  private readonly clientId: string;
  private readonly latest: LatestMessages;
  private subscribed: readonly string[];
  private messages = 0;
  private failed = 0;
  private retainedAgain = 0;
  /** The message that is passed on, filled anew for each: it is valid only during the call. */
  private readonly message: RawMessage;

  constructor(config: RemoteBroker, key: string, kept: KeptBroker | undefined, deps: RemoteDeps) {
    this.config = config;
    this.deps = deps;
    const known = kept?.url === config.url ? kept : undefined;
    this.clientId = config.clientId ?? kept?.clientId ?? `harbinger-${hex(deps)}${hex(deps)}`;
    const isSameSession = known?.clientId === this.clientId;
    this.subscribed = isSameSession ? known.subscribed : [];
    this.latest = new LatestMessages(known?.retained);
    const client = `mqtt-client:${config.name}`;
    // Other senders' messages are passed on there, and what they send again is not marked.
    this.message = {
      ...{ topic: '', payload: Buffer.alloc(0), client, receivedMs: 0, resend: false },
      ...{ connection: 0, retained: undefined },
    };
    const subscriptions = config.subscribe.map((filter) => ({ filter, qos: config.qos as 0 | 1 | 2 }));
    const { clientId } = this;
    const expiryS = config.sessionExpiryHours * 3_600;
    this.session = new BrokerSession(
      { settings: config, key, clientId, clean: false, expiryS, subscriptions },
      {
        message: this.take,
        hasSubscribed: () =>
          wanted(config).every((text) => this.subscribed.includes(text)) && this.unwanted().length === 0,
        unwanted: () => this.unwanted(),
        subscribed: (refused) => this.noteSubscribed(refused),
      },
      deps,
    );
  }

  kept(): KeptBroker {
    const { name, url } = this.config;
    const { clientId, subscribed } = this;
    return {
      name,
      url,
      clientId,
      subscribed: [...subscribed],
      retained: this.latest.kept().map(([t, d]) => [t, d]),
    };
  }

  stats(): RemoteStats {
    const { name, url } = this.config;
    const { connected, lostSinceMs, problem, connections, pending } = this.session.stats();
    const { messages, failed, retainedAgain } = this;
    return {
      ...{ name, url, connected },
      ...(lostSinceMs !== null && { lostSince: new Date(lostSinceMs).toISOString() }),
      ...(problem !== '' && { problem }),
      ...{ connections, messages, retainedAgain, pending, failed },
    };
  }

  peer(): PeerState {
    const { name, url } = this.config;
    const { connected, lostSinceMs, problem } = this.session.stats();
    return { name, address: url, isConnected: connected, lostSinceMs, problem };
  }

  private readonly take: LinkHandlers['message'] = ({ topic, payload, isRetained, isResend }, settled) => {
    const { message, latest } = this;
    const digest = digestOf(payload);
    const here = topicHere(this.config, topic);
    const isAgain = isRetained && latest.isLatest(here, digest);
    if (isAgain) this.retainedAgain += 1;
    this.messages += 1;
    message.topic = here;
    message.payload = payload;
    message.receivedMs = this.deps.clock.nowMs();
    message.resend = isResend;
    message.retained = isRetained ? (isAgain ? 'again' : 'new') : undefined;
    this.deps.intake.accept(message, (error, _, areReadings) => {
      if (error) this.failed += 1;
      // A live message may not have become readings, which is not known; it was heard all the same.
      else if (areReadings !== false && latest.note(here, digest, isRetained)) this.deps.changed();
      settled(error);
    });
  };

  private noteSubscribed(refused: readonly string[]): void {
    this.subscribed = wanted(this.config).filter((text) => !refused.includes(filterOf(text)));
    this.deps.changed();
  }

  /** Filters of the session there that are not wanted any more. */
  private unwanted(): string[] {
    return this.subscribed.map(filterOf).filter((filter) => !this.config.subscribe.includes(filter));
  }
}

function wanted({ subscribe, qos }: RemoteBroker): string[] {
  return subscribe.map((filter) => `${qos} ${filter}`);
}

function filterOf(subscribed: string): string {
  return subscribed.slice(2);
}

function hex({ random }: RemoteDeps): string {
  return Math.floor(random.next() * 2 ** 32)
    .toString(16)
    .padStart(8, '0');
}
