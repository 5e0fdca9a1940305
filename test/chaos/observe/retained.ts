import mqtt from 'mqtt';
import type { Site } from '../site/site.ts';

/** A topic of telemetry: its message is stored like every reading, and kept for new subscribers too. */
const topic = 'telemetry/chaos/retained';
const waitMs = 30_000;
/** The retained message that every run leaves at the broker. */
export const retainedText = '{"seq":1,"kept":1}';

/** Leaves a retained message at the gateway's broker, acknowledged. */
export async function leaveRetained(site: Site, text: string): Promise<void> {
  const client = await connect(site);
  try {
    await client.publishAsync(topic, text, { qos: 1, retain: true });
  } finally {
    await client.endAsync(true);
  }
}

/** The message that a new subscriber gets; null if none arrives in time. */
export async function retainedNow(site: Site): Promise<string | null> {
  const client = await connect(site);
  try {
    const given = new Promise<string | null>((resolve) => {
      client.once('message', (_topic, payload) => resolve(payload.toString()));
      setTimeout(() => resolve(null), waitMs);
    });
    await client.subscribeAsync(topic, { qos: 1 });
    return await given;
  } finally {
    await client.endAsync(true);
  }
}

function connect(site: Site): Promise<mqtt.MqttClient> {
  return mqtt.connectAsync(site.gateway.process.mqttUrl, { protocolVersion: 4, clientId: 'chaos-retained' });
}
