import mqtt, { type MqttClient } from 'mqtt';
import { mqttAddress } from '../../mqtt/address.ts';
import { HarbingerError, messageOf } from '../../runtime/errors.ts';
import { readCaFile } from '../ca-file.ts';
import { cloudEventOf } from '../message.ts';
import type { Notification, Notifier, NotifierDeps } from '../notifier.ts';
import type { MqttNotifierConfig } from './config.ts';

/**
 * Publishes the CloudEvent at QoS 1; the broker's PUBACK confirms it. MQTT.js would reconnect and resend by itself, but
 * retries are the queue's task: after any failure the client is discarded with everything it still holds. A connection that was idle
 * may have ended unseen, so a failure on it is followed by one attempt on a new one.
 */
export function createMqttNotifier(
  config: MqttNotifierConfig,
  deps: Pick<NotifierDeps, 'publicUrl'> = {},
): Notifier {
  let client: MqttClient | null = null;

  const drop = () => {
    client?.end(true);
    client = null;
  };

  return {
    name: config.name,
    async notify(notification, signal) {
      signal.addEventListener('abort', drop, { once: true });
      const send = async () => {
        client ??= connect(config);
        await connected(client);
        const topic = topicOf(config.topic, notification);
        await published(client, topic, cloudEventOf(notification, deps.publicUrl));
      };
      try {
        // The broker may have restarted, or have ended an idle connection, or be about to.
        if (client && !isUsable(client)) drop();
        const isIdle = client !== null;
        await send().catch((error) => {
          drop();
          if (!isIdle || signal.aborted) throw error;
          return send();
        });
      } catch (error) {
        drop();
        const message = `mqtt '${config.name}' at ${config.url}: ${messageOf(error)}`;
        throw new HarbingerError('NOTIFY_FAILED', 'alerts', message, { retry: true, cause: error });
      } finally {
        signal.removeEventListener('abort', drop);
      }
    },
    async stop() {
      drop();
    },
  };
}

function connect(config: MqttNotifierConfig): MqttClient {
  const client = mqtt.connect({
    ...mqttAddress(config.url),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    connectTimeout: config.timeoutMs,
    keepalive: 30,
    clientId: config.clientId ?? `harbinger-alerts-${config.name}`,
    ...(config.user !== undefined && { username: config.user }),
    ...(config.password !== undefined && { password: config.password }),
    ...readCaFile(config),
  });
  client.on('error', () => {});
  return client;
}

/** False once its connection has ended: such a client does not connect again, and keeps what it is given to itself. */
function isUsable(client: MqttClient): boolean {
  return !client.disconnecting && !client.disconnected && !client.reconnecting && !client.stream?.destroyed;
}

function connected(client: MqttClient): Promise<void> {
  if (client.connected) return Promise.resolve();
  return untilClosed(client, (resolve) => client.once('connect', resolve));
}

function published(client: MqttClient, topic: string, body: string): Promise<void> {
  return untilClosed(client, (resolve, reject) => {
    client.publish(topic, body, { qos: 1 }, (error) => (error ? reject(error) : resolve()));
  });
}

/** Rejects when the connection closes, which MQTT.js does not report to pending callbacks. */
function untilClosed(
  client: MqttClient,
  begin: (resolve: () => void, reject: (error: Error) => void) => void,
): Promise<void> {
  return new Promise<void>((resolve, reject) => {
    let cause = new Error('the connection was closed');
    const onError = (error: Error) => {
      cause = error;
    };
    const onClose = () => settle(() => reject(cause));
    const settle = (run: () => void) => {
      client.off('error', onError).off('close', onClose);
      run();
    };
    client.on('error', onError).on('close', onClose);
    if (client.disconnecting || client.disconnected) return onClose();
    begin(
      () => settle(resolve),
      (error) => settle(() => reject(error)),
    );
  });
}

function topicOf(template: string, { event, change }: Notification): string {
  const { site, machine } = namesIn(event.data);
  return template.replaceAll('{site}', site).replaceAll('{machine}', machine).replaceAll('{change}', change);
}

/** Names for the topic: what is about no machine has `-` as its site, which no site is called, and as its machine the gateway or `-`. */
function namesIn(data: Notification['event']['data']): { site: string; machine: string } {
  if ('machine' in data && data.site !== undefined && data.machine !== undefined)
    return { site: data.site, machine: data.machine };
  const isOfGateway = 'about' in data && data.about.kind === 'gateway';
  return { site: '-', machine: isOfGateway ? data.about.name : '-' };
}
