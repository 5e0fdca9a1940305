import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { mqttAddress } from '../mqtt/address.ts';
import { guardPackets } from '../mqtt/packet-guard.ts';
import { type Clock, sleep } from '../runtime/clock.ts';
import { HarbingerError, messageOf } from '../runtime/errors.ts';
import { readCertificates, readKeyPair } from '../security/pem-files.ts';
import { connectRemedy } from './remedies.ts';
import { type BrokerSettings, tlsOwner } from './settings.ts';

/** The usual ports of the two protocols. */
const ports = { mqtt: 1883, mqtts: 8883 };

/**
 * Opens the connection to a broker, over TCP or TLS. Certificates are read for each connection, so that renewed ones are
 * used. @param key the table of the settings, for messages
 * @throws HarbingerError MQTT_SESSION_BROKEN, MQTT_SESSION_TLS_FILES (all: retry)
 */
export async function openStream(
  settings: BrokerSettings,
  key: string,
  clock: Clock,
  signal: AbortSignal,
): Promise<Socket> {
  const { protocol, host, port = ports[protocol as 'mqtt'] } = mqttAddress(settings.url);
  const stream =
    protocol === 'mqtts'
      ? connectTls({ host, port, ...(isName(host) && { servername: host }), ...tlsFiles(settings, key) })
      : connect({ host, port });
  const limit = new AbortController();
  const end = () => limit.abort();
  signal.addEventListener('abort', end, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      stream.once(protocol === 'mqtts' ? 'secureConnect' : 'connect', resolve);
      stream.once('error', reject);
      stream.once('close', () => reject(new Error('the connection was closed')));
      void sleep(clock, settings.connectMsMax, limit.signal).then(() =>
        reject(new Error(`no connection within ${settings.connectMsMax} ms`)),
      );
    });
  } catch (error) {
    stream.on('error', () => undefined);
    stream.destroy();
    const remedy = error instanceof Error ? connectRemedy(error, key) : '';
    throw brokenError(settings, `${messageOf(error)}${remedy}`, error);
  } finally {
    limit.abort();
    signal.removeEventListener('abort', end);
  }
  stream.setNoDelay(true);
  return guardPackets(stream, { bytesMax: () => settings.packetBytesMax, stage: 'mqtt' });
}

export function brokenError({ name, url }: BrokerSettings, why: string, cause?: unknown): HarbingerError {
  return new HarbingerError('MQTT_SESSION_BROKEN', 'mqtt', `broker ${name} at ${url}: ${why}`, {
    retry: true,
    ...(cause !== undefined && { cause }),
  });
}

/** Returns false for an address of numbers, which is not a server name. */
function isName(host: string): boolean {
  return !/^[\d.]+$/.test(host) && !host.includes(':');
}

function tlsFiles({ caFile, certFile, keyFile }: BrokerSettings, key: string) {
  return {
    ...(caFile !== undefined && { ca: readCertificates(caFile, `${key}.caFile`, tlsOwner) }),
    ...(certFile !== undefined && keyFile !== undefined && readKeyPair({ certFile, keyFile }, key, tlsOwner)),
  };
}
