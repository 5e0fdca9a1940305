/**
 * The broker's QoS 2 in one life of the simulated gateway: the product's own sessions and acknowledging, on the simulated
 * disk. The client's calls stand for the packets that Aedes would hand on.
 */

import type { OpenRecords } from '../../../gateway/ports/records.ts';
import type { MessageIntake, Settle } from '../../../gateway/ports/source.ts';
import { Takeovers } from '../../../gateway/sources/mqtt/access/takeovers.ts';
import { Acknowledging } from '../../../gateway/sources/mqtt/acknowledging.ts';
import type { ConnectedClient } from '../../../gateway/sources/mqtt/connection/connection.ts';
import type { PublishPacket } from '../../../gateway/sources/mqtt/packet.ts';
import { Interest } from '../../../gateway/sources/mqtt/sessions/interest.ts';
import { openSessions } from '../../../gateway/sources/mqtt/sessions/open-sessions.ts';
import { BrokerPersistence } from '../../../gateway/sources/mqtt/sessions/persistence.ts';
import { type Filter, parseFilter } from '../../../shared/mqtt/topic-filter.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { Ledger } from '../world/ledger.ts';
import type { Process } from '../world/world.ts';

/** One connection of a sensor, as the broker sees it. */
export interface BrokerClient {
  id: string;
  user: string;
  clean: boolean;
  number: number;
  receivedMs(): number;
  /** Called when the broker closes the connection. */
  close(): void;
}

type Message = Pick<PublishPacket, 'topic' | 'payload'> & { messageId: number; dup: boolean };
type Answer = (error?: Error | null) => void;

interface BrokerDeps {
  process: Process;
  intake: MessageIntake;
  openRecords: OpenRecords;
  log: Log;
  /** Replaces the sessions by faulty ones. */
  change: (sessions: BrokerPersistence) => BrokerPersistence;
}

/** An intake that records in the ledger what the broker hands over, and what could not be stored. */
export function counted(ledger: Ledger, accept: MessageIntake['accept']): MessageIntake {
  return {
    accept(message, settled, ticket) {
      const sent = ledger.ofPayload(message.payload);
      if (sent) sent.handed++;
      const counting: Settle = (error, given) => {
        if (sent && error) sent.refused++;
        settled(error, given);
      };
      accept(message, counting, ticket);
    },
  };
}

const limits = {
  retainedMessagesMax: 10,
  retainedBytesMax: 1 << 20,
  sessionsMax: 100,
  sessionExpiryHours: 24,
  queueMessagesMax: 10,
  queueBytesMax: 1 << 20,
  willBytesMax: 1e7,
};

export class SimulatedBroker {
  private readonly process: Process;
  private readonly acknowledging: Acknowledging;
  private readonly persistence: BrokerPersistence;
  private readonly takeovers: Takeovers;
  private readonly connected = new Map<string, BrokerClient>();
  private readonly clients = new WeakMap<BrokerClient, ConnectedClient>();

  static async open(dataDir: string, deps: BrokerDeps): Promise<SimulatedBroker> {
    const { openRecords, log, process } = deps;
    const opened = await openSessions(dataDir, { openRecords, nowMs: process.clock.nowMs(), log });
    return new SimulatedBroker(opened, deps);
  }

  private constructor(
    opened: Awaited<ReturnType<typeof openSessions>>,
    { process, intake, log, change }: BrokerDeps,
  ) {
    this.process = process;
    const { clock } = process;
    const interest = new Interest([parseFilter('#') as Filter]);
    this.takeovers = new Takeovers(clock, () => undefined);
    const { takeovers } = this;
    this.persistence = change(new BrokerPersistence(opened, { interest, clock, log, takeovers }, limits));
    const { persistence } = this;
    this.acknowledging = new Acknowledging({ intake, clock, interest, persistence }, 1 << 20);
  }

  /** Closes another connection with the same client id, and forgets what a clean session must not keep. */
  connect(client: BrokerClient): void {
    const earlier = this.connected.get(client.id);
    this.connected.set(client.id, client);
    if (earlier) {
      this.takeovers.note({ client: client.id, user: '', addresses: ['a', 'b'] });
      this.disconnect(earlier);
      earlier.close();
    }
    if (client.clean) void this.persistence.cleanIncoming(this.clientOf(client));
  }

  disconnect(client: BrokerClient): void {
    if (this.connected.get(client.id) === client) this.connected.delete(client.id);
    void this.persistence.cleanIncoming(Object.assign(this.clientOf(client), { closed: true }) as never);
  }

  /** PUBLISH with QoS 2; `answered` stands for PUBREC, or for the end of the connection. */
  publish(client: BrokerClient, message: Message, answered: Answer): void {
    const packet = { cmd: 'publish', qos: 2, retain: false, ...message } as PublishPacket;
    this.acknowledging.authorize(this.clientOf(client), packet, this.ifAlive(answered));
  }

  /** PUBREL; `answered` stands for PUBCOMP, or for the end of the connection. */
  release(client: BrokerClient, messageId: number, answered: Answer): void {
    const done = this.ifAlive(answered);
    const { persistence } = this;
    const known = this.clientOf(client);
    persistence.incomingGetPacket(known as never, { messageId }).then(
      () => persistence.incomingDelPacket(known as never, { messageId }).then(() => done(), done),
      () => done(),
    );
  }

  stop(): Promise<void> {
    return this.persistence.destroy();
  }

  private ifAlive(answered: Answer): Answer {
    return (error) => {
      if (this.process.alive) answered(error);
    };
  }

  private clientOf(client: BrokerClient): ConnectedClient {
    const known = this.clients.get(client);
    if (known) return known;
    const made = {
      id: client.id,
      clean: client.clean,
      connection: {
        number: client.number,
        forwards: false,
        closed: false,
        keepaliveMs: 0,
        clientId: client.id,
        rights: { user: client.user, mayPublish: () => true },
        get receivedMs() {
          return client.receivedMs();
        },
        addPending: () => undefined,
        removePending: () => undefined,
        drop: () => client.close(),
      },
    } as unknown as ConnectedClient;
    this.clients.set(client, made);
    return made;
  }
}
