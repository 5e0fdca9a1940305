/** Checks of floods: whether the owner of a flood was refused, and whether the operator is told of it. */

import { type Message, publishAll } from '../../../support/peers/publish-all.ts';
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

/** State of a counter, null if the process is not up, and the start of the process that it belongs to. */
interface Count {
  value: number | null;
  starts: number;
}

export async function countNow(of: Operated, metric: string): Promise<Count> {
  const { starts } = of;
  return { starts, value: await metricOf(of.process, metric) };
}

/** Null once a counter is above `before`, or cannot be compared: it begins at 0 when another fault restarts the process. */
export function counterRises(
  of: Operated,
  metric: string,
  before: Count,
  msMax = 20_000,
): Promise<string | null> {
  return eventually(async () => {
    const { starts, value } = await countNow(of, metric);
    if (before.value === null || starts !== before.starts) return null;
    return value !== null && value > before.value ? null : `${metric} stayed ${value}`;
  }, msMax);
}

/** Publishes as a user until everything is acknowledged. @throws Error as `publishAll` */
export function publishAs(
  site: Site,
  { name, password }: { name: string; password: string },
  messages: readonly Message[],
): Promise<void> {
  const publisher = { clientId: `chaos-${name}`, username: name, password };
  return publishAll(site.gateway.process.mqttUrl, messages, publisher);
}
