import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';

export type Message = readonly [topic: string, payload: string, retain?: 'retained'];

export interface Publisher {
  clientId: string;
  username?: string;
  password?: string;
}

/** Longer than any outage that chaos draws, and what the gateway needs afterwards. */
const patienceMsMax = 300_000;

/**
 * Publishes with QoS 1, through reconnects, until everything is acknowledged.
 * @throws Error after `msMax`, because a run in which a gateway acknowledges no more must end and say so
 */
export async function publishAll(
  mqttUrl: string,
  messages: readonly Message[],
  publisher: Publisher = { clientId: 'chaos-odd-sensor' },
  msMax = patienceMsMax,
): Promise<void> {
  const client = mqtt.connect(mqttUrl, { protocolVersion: 4, reconnectPeriod: 200, ...publisher });
  client.on('error', () => {});
  const over = new AbortController();
  let acknowledged = 0;
  // Messages that the client gets before it is connected go one by one, each after the acknowledgement of the one before.
  const connected = new Promise((resolve) => void client.once('connect', resolve));
  const published = connected.then(() =>
    Promise.all(
      messages.map(async ([topic, payload, retain]) => {
        await client.publishAsync(topic, payload, { qos: 1, retain: retain === 'retained' });
        acknowledged += 1;
      }),
    ),
  );
  const late = delay(msMax, undefined, { signal: over.signal }).then(() => {
    const { clientId } = publisher;
    throw new Error(
      `${acknowledged} of ${messages.length} messages of ${clientId} were acknowledged in ${msMax} ms`,
    );
  });
  try {
    await Promise.race([published, late]);
  } finally {
    over.abort();
    late.catch(() => {});
    published.catch(() => {});
    await client.endAsync(true);
  }
}
