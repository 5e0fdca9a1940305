import { Aedes, type AedesOptions, type Client } from 'aedes';
import { topicLevelsMax } from '../../../shared/mqtt/topic-filter.ts';
import { type BrokerConfig, persistenceLimits } from './config.ts';
import type { AedesClient } from './connection/aedes-client.ts';
import { mqtt5Limits } from './mqtt5/mqtt5.ts';

type Hooks =
  | 'persistence'
  | 'preConnect'
  | 'authenticate'
  | 'authorizePublish'
  | 'authorizeSubscribe'
  | 'authorizeForward';

/** The parts of Aedes that are replaced beyond its public interface. */
export interface ReplacedAedes {
  clients: Record<string, AedesClient>;
  scheduleSessionExpiry(client: Client): void;
}

/** Makes the broker's Aedes with its limits; `hooks` decide everything else. */
export function makeAedes(config: BrokerConfig, hooks: Required<Pick<AedesOptions, Hooks>>): Aedes {
  const aedes = new Aedes({
    ...hooks,
    concurrency: 0, // no limit: with one, a slow subscriber would delay all others (see FanOut)
    connectTimeout: config.connectTimeoutMs,
    drainTimeout: 10_000,
    queueLimit: 1_000, // packets that may arrive between CONNECT and CONNACK
    maxTopicLevels: topicLevelsMax,
    maximumPacketSize: config.packetBytesMax + 5, // the inlet refuses by what comes after the header of 5 bytes
    sessionExpiryIntervalLimit: Math.max(1, Math.floor(config.sessionExpiryHours * 3_600)),
    pendingSessionsLimit: persistenceLimits(config).sessionsMax,
    ...mqtt5Limits,
  });
  const inner = aedes as unknown as ReplacedAedes;
  // Sessions end by what is on disk (SessionEnds): timers of Aedes would begin anew with the process, or never.
  inner.scheduleSessionExpiry = () => undefined;
  // Clients choose the names in it, and an ordinary object has a "constructor" (GHSA-52qw-whmv-87c5, mended only in 1.2).
  inner.clients = Object.create(null) as ReplacedAedes['clients'];
  return aedes;
}
