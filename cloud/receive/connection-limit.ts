import type { Clock } from '../../shared/runtime/clock.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { rateLimit } from '../../shared/runtime/rate-limit.ts';
import { ConnectionSlots } from '../../shared/security/connection-slots.ts';
import type { ReceiveMetrics } from './metrics.ts';

const repeatLogMs = 60_000;

const texts = {
  new: 'a new connection was closed: as many gateways as ingest.connectionsMax allows have signed in',
  waiting:
    'a connection that had not signed in was closed in favour of a new one: ingest.connectionsMax is reached',
};

/** Shares out the connections of the gateways' port. What is closed for want of a slot is counted, and logged once a minute. */
export function limitConnections(
  connectionsMax: number,
  { clock, log, metrics }: { clock: Clock; log: Log; metrics: ReceiveMetrics },
): ConnectionSlots {
  const mayLog = rateLimit(clock, repeatLogMs);
  const note = (which: 'new' | 'waiting') => (address: string) => {
    metrics.connectionsOverLimit.inc({ which });
    if (mayLog()) log.warn({ address }, texts[which]);
  };
  return new ConnectionSlots({ connectionsMax, displaced: note('waiting'), refused: note('new') });
}
