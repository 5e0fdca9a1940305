import { connectAsync } from 'mqtt';
import { encodeBatch } from '../../shared/contract/batch.ts';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import { uplinkTopic } from '../../shared/contract/topics.ts';

/** Sends events to a cloud as a gateway with a journal of its own does. */
export class EventSender {
  private readonly gateway: string;
  private readonly password: string;
  private readonly journal: string;
  private seq = 0;

  /** @param journal 16 hexadecimal digits */
  constructor(gateway: string, password: string, journal: string) {
    this.gateway = gateway;
    this.password = password;
    this.journal = journal;
  }

  /** Resolves when the cloud has confirmed them. A batch that was not confirmed can be sent again. */
  async send(url: string, events: readonly HarbingerEvent[], seq = this.seq + 1): Promise<void> {
    const { gateway, password, journal } = this;
    const body = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    const lane = 'events' as const;
    const blocks = [{ seq, lines: events.length, bytes: body.length }];
    const header = { gateway, journal, lane, codec: 'identity' as const, rawBytes: body.length, blocks };
    const client = await connectAsync(url, {
      clientId: gateway,
      username: gateway,
      password,
      reconnectPeriod: 0,
    });
    client.on('error', () => {});
    try {
      const closed = new Promise<never>((_, reject) =>
        client.once('close', () => reject(new Error('closed'))),
      );
      closed.catch(() => {});
      const batch = encodeBatch({ header, body });
      await Promise.race([client.publishAsync(uplinkTopic(gateway, lane), batch, { qos: 1 }), closed]);
      this.seq = seq;
    } finally {
      await client.endAsync(true);
    }
  }
}
