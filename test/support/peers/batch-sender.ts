/**
 * Peers (test/support/peers): what stands at the other end of a cloud in tests, in place of gateways and receivers of
 * alerts. Here: a sender of batches.
 */
import { connectAsync, type MqttClient } from 'mqtt';
import { encodeBatch } from '../../../shared/contract/batch.ts';
import type { HarbingerEvent } from '../../../shared/contract/events.ts';
import type { Lane } from '../../../shared/contract/lanes.ts';
import { uplinkTopic } from '../../../shared/contract/topics.ts';

/** Sends batches to a cloud as a gateway with a journal of its own does. */
export class BatchSender {
  private readonly gateway: string;
  private readonly password: string;
  private readonly journal: string;
  private link: Link | null = null;
  private seq = 0;

  /** @param journal 16 hexadecimal digits */
  constructor(gateway: string, password: string, journal: string) {
    this.gateway = gateway;
    this.password = password;
    this.journal = journal;
  }

  /** Resolves when the cloud has confirmed them. A batch that was not confirmed can be sent again. */
  events(url: string, events: readonly HarbingerEvent[], seq?: number): Promise<void> {
    return this.send(url, 'events', events.map((event) => `${JSON.stringify(event)}\n`).join(''), seq);
  }

  /** Sends lines as they are; see `events`. */
  async send(url: string, lane: Lane, text: string, seq = this.seq + 1): Promise<void> {
    const { gateway, password, journal } = this;
    const body = Buffer.from(text);
    const blocks = [{ seq, lines: text.split('\n').length - 1, bytes: body.length }];
    const header = { gateway, journal, lane, codec: 'identity' as const, rawBytes: body.length, blocks };
    try {
      if (this.link?.client.connected === false) await this.close();
      this.link ??= await connect(url, gateway, password);
      const { client, closed } = this.link;
      const batch = encodeBatch({ header, body });
      await Promise.race([client.publishAsync(uplinkTopic(gateway, lane), batch, { qos: 1 }), closed]);
      this.seq = seq;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const { link } = this;
    this.link = null;
    await link?.client.endAsync(true);
  }
}

interface Link {
  client: MqttClient;
  /** Rejects when the connection ends. */
  closed: Promise<never>;
}

async function connect(url: string, gateway: string, password: string): Promise<Link> {
  const login = { clientId: gateway, username: gateway, password };
  const client = await connectAsync(url, { ...login, reconnectPeriod: 0 });
  client.on('error', () => {});
  const closed = new Promise<never>((_, reject) => client.once('close', () => reject(new Error('closed'))));
  closed.catch(() => {});
  return { client, closed };
}
