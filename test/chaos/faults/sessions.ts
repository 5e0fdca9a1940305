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

/** A client of MQTT 5 that is given each retained message below a topic; resolves with their texts. */
async function subscribed(site: Site, below: string, id: string): Promise<string[]> {
  const texts: string[] = [];
  const client = await mqtt.connectAsync(site.gateway.process.mqttUrl, { protocolVersion: 5, clientId: id });
  client.on('error', () => {});
  client.on('message', (_topic, payload) => void texts.push(payload.toString()));
  try {
    await client.subscribeAsync(`${below}/#`, { qos: 1 });
    await eventually(() => (texts.length > 0 ? null : 'nothing yet'), 3_000);
    return texts;
  } finally {
    await client.endAsync(true);
  }
}

/** Retained messages end while nothing can be written of it, and clients come that would have been given them. */
const retainedExpire: Fault = {
  kind: 'retained-expire-on-full-disk',
  target: 'gateway',
  unavailable: ({ gatewayDisk }) => gatewayDisk.cannotFill,
  plan(draw) {
    const [count, clients, seconds] = [draw.int(1, 30), draw.int(1, 12), draw.int(1, 2)];
    const below = `telemetry/expires/m-${draw.int(0, 2 ** 40)}`;
    return {
      text: `${count} retained messages expire after ${seconds} s on a full disk of the gateway, to which ${clients} clients come`,
      async run({ site, allow, expect }) {
        const { gateway, gatewayDisk } = site;
        allow('dropped', 'estimates-lost', 'letters', 'torn-tail');
        const retain = (client: mqtt.MqttClient, name: string, more: mqtt.IClientPublishOptions) =>
          client.publishAsync(`${below}/${name}`, name, { qos: 1, retain: true, ...more });
        const sender = await mqtt.connectAsync(gateway.process.mqttUrl, {
          protocolVersion: 5,
          clientId: below,
        });
        sender.on('error', () => {});
        await retain(sender, 'stays', {});
        const properties = { messageExpiryInterval: seconds };
        for (let i = 0; i < count; i++) await retain(sender, `goes-${i}`, { properties });
        await sender.endAsync(true);
        const { starts } = gateway;
        const found: (readonly string[] | null)[] = [];
        gatewayDisk.fill();
        try {
          await pause(1_000 * seconds + 500);
          for (let i = 0; i < clients; i++)
            found.push(await answered(subscribed(site, below, `chaos-comes-${i}`)));
        } finally {
          gatewayDisk.free();
        }
        expect('gateway: goes on when retained messages expire on a full disk', () => {
          if (gateway.starts !== starts) return 'it was restarted';
          const wrong = found.flatMap((texts) => (texts ?? []).filter((text) => text !== 'stays'));
          return wrong.length === 0 ? null : `clients were given ${wrong.join(', ')}`;
        });
        expect('gateway: what has expired stays gone, and what has not stays', () =>
          eventually(async () => {
            const texts = await subscribed(site, below, 'chaos-comes-later');
            return texts.join() === 'stays' ? null : `a client is given ${texts.join(', ') || 'nothing'}`;
          }, 10_000),
        );
      },
    };
  },
};

export const sessionFaults: Fault[] = [sessionsOnFullDisk, retainedExpire];
