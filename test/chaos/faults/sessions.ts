/** Sessions, subscriptions and retained messages while their disk is full. */
import mqtt from 'mqtt';
import type { Site } from '../site/site.ts';
import { eventually, type Fault, pause, seconds } from './fault.ts';

const topic = 'telemetry/chaos/kept';
const clientId = 'chaos-kept-session';
const answerMsMax = 5_000;

/** The broker's answer; null if it refuses or does not answer in time. */
async function answered<T>(asking: Promise<T>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), answerMsMax);
  });
  return Promise.race([asking.catch(() => null), late]).finally(() => clearTimeout(timer));
}

async function withClient<T>(
  site: Site,
  id: string,
  use: (client: mqtt.MqttClient) => Promise<T>,
): Promise<T> {
  const { mqttUrl } = site.gateway.process;
  const client = await mqtt.connectAsync(mqttUrl, { protocolVersion: 4, clientId: id, clean: false });
  client.on('error', () => {});
  try {
    return await use(client);
  } finally {
    await client.endAsync(true);
  }
}

/** Retries until the broker has confirmed it. */
function confirmed(
  site: Site,
  id: string,
  ask: (client: mqtt.MqttClient) => Promise<unknown>,
): Promise<string | null> {
  return eventually(() =>
    withClient(site, id, async (client) => ((await answered(ask(client))) === null ? 'not confirmed' : null)),
  );
}

/** State that a session finds when it returns: its subscription, the messages sent meanwhile, and the retained one. */
async function found(site: Site): Promise<string[]> {
  const texts: string[] = [];
  const client = mqtt.connect(site.gateway.process.mqttUrl, { protocolVersion: 4, clientId, clean: false });
  client.on('error', () => {});
  client.on('message', (_topic, payload) => void texts.push(payload.toString()));
  try {
    await eventually(() => (texts.length > 0 ? null : 'nothing yet'), 10_000);
    return texts;
  } finally {
    await client.endAsync(true);
  }
}

const sessionsOnFullDisk: Fault = {
  kind: 'sessions-on-full-disk',
  target: 'gateway',
  unavailable: ({ gatewayDisk }) => gatewayDisk.unavailable,
  plan(draw) {
    const [forMs, seq] = [draw.int(500, 2_500), draw.int(0, 2 ** 40)];
    return {
      text: `fill the disk of the gateway for ${seconds(forMs)} while a session comes and goes; then it subscribes, gets a message, kill -9, start`,
      async run({ site, allow, expect }) {
        const { gateway, gatewayDisk } = site;
        allow('dropped', 'estimates-lost', 'letters', 'torn-tail');
        gatewayDisk.fill();
        try {
          // Both writes fail.
          for (const id of [clientId, 'chaos-passing-session'])
            await answered(withClient(site, id, async () => true));
          await pause(forMs);
        } finally {
          gatewayDisk.free();
        }
        const text = JSON.stringify({ seq, kept: seq });
        const problem =
          (await confirmed(site, clientId, (client) => client.subscribeAsync(topic, { qos: 1 }))) ??
          (await confirmed(site, 'chaos-sender', (client) => client.publishAsync(topic, text, { qos: 2 })));
        await gateway.kill9();
        await gateway.start();
        const texts = problem === null ? await found(site) : [];
        expect('gateway: session state confirmed after the disk was full survives a kill', () => {
          if (problem !== null) return problem;
          return texts.includes(text)
            ? null
            : `the message that was queued for it is lost: ${texts.join(', ')}`;
        });
      },
    };
  },
};

export const sessionFaults: Fault[] = [sessionsOnFullDisk];
