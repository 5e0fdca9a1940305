import { mqttAddress } from '../mqtt/address.ts';
import { messageOf } from '../runtime/errors.ts';
import { readCertificates } from '../security/pem-files.ts';
import { type HeartbeatConfig, heartbeatTls } from './config.ts';

/** Sends one heartbeat; resolves when its receiver has confirmed it. @throws Error without addresses or passwords */
export type SendHeartbeat = (signal: AbortSignal) => Promise<void>;

export function sendersOf({ url, method, mqtt: broker }: HeartbeatConfig): SendHeartbeat[] {
  return [
    ...(url === undefined ? [] : [(signal: AbortSignal) => call(url, method, signal)]),
    ...(broker === undefined ? [] : [(signal: AbortSignal) => publish(broker, signal)]),
  ];
}

/** The path of the address is often the only secret, so nothing of it is reported. */
async function call(url: string, method: 'GET' | 'POST', signal: AbortSignal): Promise<void> {
  const answer = await fetch(url, { method, signal, redirect: 'manual' }).catch((error: unknown) => {
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    throw new Error(`heartbeat.url: ${messageOf(cause).replaceAll(url, 'the address')}`);
  });
  await answer.body?.cancel();
  if (!answer.ok) throw new Error(`heartbeat.url answered ${answer.status}`);
}

/** One connection for each heartbeat: it proves that the broker lets this process in. */
async function publish(broker: NonNullable<HeartbeatConfig['mqtt']>, signal: AbortSignal): Promise<void> {
  const { url, topic, user, password, caFile } = broker;
  const { default: mqtt } = await import('mqtt');
  const client = mqtt.connect({
    ...mqttAddress(url),
    protocolVersion: 4,
    clean: true,
    reconnectPeriod: 0,
    ...(user !== undefined && { username: user }),
    ...(password !== undefined && { password }),
    ...(caFile !== undefined && { ca: readCertificates(caFile, 'heartbeat.mqtt.caFile', heartbeatTls) }),
  });
  return new Promise<void>((resolve, reject) => {
    let cause = 'the connection was closed';
    const fail = (why: string) => reject(new Error(`heartbeat.mqtt: ${why}`));
    signal.addEventListener('abort', () => fail('it took too long'), { once: true });
    client.on('error', (error) => {
      cause = messageOf(error);
    });
    client.on('close', () => fail(cause));
    client.on('connect', () => {
      client.publish(topic, '{"alive":true}', { qos: 1 }, (error) =>
        error ? fail(messageOf(error)) : resolve(),
      );
    });
  }).finally(() => client.end(true));
}
