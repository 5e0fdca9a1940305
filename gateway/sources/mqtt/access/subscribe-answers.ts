import type { Aedes, Client, Subscription } from 'aedes';
import mqttPacket from 'mqtt-packet';
import type { AedesClient, ParsedPacket } from '../connection/aedes-client.ts';

/** A SUBSCRIBE whose SUBACK is still to come. */
interface Request {
  messageId: number;
  /** Its filters in their order, and what Aedes was given of them. */
  topics: string[];
  byTopic: Map<string, Subscription>;
}

const failure = 0x80;
const topicFilterInvalid = 0x8f;
/** Aedes looks up filters in an ordinary object, which takes this name for something else and ends the process. */
const unusable = '__proto__';

/**
 * Answers SUBSCRIBE with a code for each of its filters, in their order [MQTT-3.9.3-1]. Aedes gives one for a filter that is
 * named twice, puts names that look like numbers first, and knows too few reason codes.
 */
export class SubscribeAnswers {
  private readonly requests = new WeakMap<Subscription, Request>();
  private readonly codes: Pick<WeakMap<Subscription, number>, 'get'>;

  /** @param codes the reason codes of subscriptions that were refused, where it is not "not authorized" */
  constructor(codes: Pick<WeakMap<Subscription, number>, 'get'>) {
    this.codes = codes;
  }

  /** Called for each client before its packets are checked. */
  attach({ _parser: parser }: Pick<AedesClient, '_parser'>): void {
    const newPacket = parser._newPacket;
    const begin = (packet: ParsedPacket) => this.begin(packet);
    parser._newPacket = function answered() {
      if (this.packet.cmd === 'subscribe') begin(this.packet);
      return newPacket.call(this);
    };
  }

  watch(aedes: Aedes): void {
    aedes.on('subscribe', (subscriptions, client) => this.answer(subscriptions, client));
  }

  /** Keeps the packet id: without it, Aedes sends no SUBACK. */
  private begin(packet: ParsedPacket): void {
    const asked = packet.subscriptions as Subscription[];
    const byTopic = new Map(asked.map((each) => [each.topic, each]));
    if (byTopic.size > 1) byTopic.delete(unusable);
    const request = { messageId: packet.messageId ?? 0, topics: asked.map(({ topic }) => topic), byTopic };
    const unique = [...byTopic.values()];
    for (const each of unique) this.requests.set(each, request);
    packet.subscriptions = unique;
    delete packet.messageId;
  }

  private answer(subscriptions: Subscription[], client: Client): void {
    const [first] = subscriptions;
    const request = first && this.requests.get(first);
    if (!request || client.closed) return;
    const isV5 = client.version === 5;
    const granted = request.topics.map((topic) => {
      const subscription = request.byTopic.get(topic);
      const code = subscription ? (this.codes.get(subscription) ?? subscription.qos) : topicFilterInvalid;
      return code >= failure && !isV5 ? failure : code;
    });
    const answer = { cmd: 'suback', messageId: request.messageId, granted } as mqttPacket.Packet;
    client.conn.write(mqttPacket.generate(answer, { protocolVersion: isV5 ? 5 : 4 }));
  }
}
