/** Checks of floods: whether the owner of a flood was refused, and whether the operator is told of it. */
import mqtt from 'mqtt';
import { metricOf } from '../../observe/watch.ts';
import type { Operated } from '../../site/operated.ts';
import type { Site } from '../../site/site.ts';
import { eventually } from '../fault.ts';

export const numbers = (count: number) => Array.from({ length: count }, (_, i) => i + 1);

interface Quotas {
  quotas: { refused: { quota: string; owner: string }[] };
}

/** Null if the status and the log of a process name the owner whom a quota has refused something. */
export function toldOfQuota(
  { process }: Operated,
  quota: string,
  owner: string,
  isLogged: boolean,
): Promise<string | null> {
  return eventually(async () => {
    const { quotas } = await process.json<Quotas>('/api/status');
    if (!quotas.refused.some((one) => one.quota === quota && one.owner === owner))
      return `/api/status does not say that ${owner} was refused ${quota}`;
    const logged = process.logs.some(({ json }) => json?.quota === quota && json.owner === owner);
    return logged || !isLogged ? null : `the log does not say that ${owner} was refused ${quota}`;
  }, 20_000);
}

/** Null once a counter is above `before`, or was not read before because the process was not up. */
export function counterRises(of: Operated, metric: string, before: number | null): Promise<string | null> {
  return eventually(async () => {
    const now = await metricOf(of.process, metric);
    if (before === null) return null;
    return now !== null && now > before ? null : `${metric} stayed ${now}`;
  }, 20_000);
}

/** Publishes with QoS 1 as a user, through reconnects, until everything is acknowledged. */
export async function publishAs(
  site: Site,
  user: { name: string; password: string },
  messages: readonly { topic: string; payload: string; retain?: boolean }[],
): Promise<void> {
  const client = mqtt.connect(site.gateway.process.mqttUrl, {
    protocolVersion: 4,
    clientId: `chaos-${user.name}`,
    username: user.name,
    password: user.password,
    reconnectPeriod: 200,
  });
  client.on('error', () => {});
  try {
    await Promise.all(
      messages.map(({ topic, payload, retain = false }) =>
        client.publishAsync(topic, payload, { qos: 1, retain }),
      ),
    );
  } finally {
    await client.endAsync(true);
  }
}
