/** Users and gateways beside those under test, and the limits of a site, which faults exceed. */
/** A gateway that takes all that one can get of the cloud, and one that needs little. */
export const stormGateway = { id: 'storm', password: 'chaos-storm-password' };
export const calmGateway = { id: 'calm', password: 'chaos-calm-password' };
/**
 * A user of the broker who takes all that one can get, one who needs little, and one who floods with what no quota of
 * machines may stop, because it is another kind of flood.
 */
export const flooder = { name: 'flooder', password: 'chaos-flooder-password' };
export const namer = { name: 'namer', password: 'chaos-namer-password' };
export const modest = { name: 'modest', password: 'chaos-modest-password' };
export const rights = { publish: ['telemetry/#', 'kept/#'], subscribe: ['telemetry/#', 'kept/#'] };

/** Limits that are small enough to be reached within a round. */
export const shortLimits = {
  uplink: { connectMsMax: 2_000, ackMsMax: 6_000, backoffMaxMs: 1_000, refusedMsMax: 2_000 },
  ingest: { storeWaitMsMax: 3_000 },
  webhook: { backoffFirstMs: 200, backoffMaxMs: 1_000 },
  influxTimeoutMs: 1_500,
  decodeMsMax: 1_000,
};

/** Limits that a flood exceeds: of dead letters, twice what all odd sensors send. */
export const floodLimits = {
  letters: 8_000,
  retained: 200,
  machinesOfSender: 500,
  watchedOfSender: 150,
  decided: 120,
  machinesOfGateway: 2_000,
  openAlerts: 800,
  events: 4_000,
  quarantine: 200,
  connections: 120,
  connectMs: 3_000,
  gatewayConnections: 60,
} as const;

const dayMs = 86_400_000;

/** Ages at which readings are thinned and deleted: more than a day beyond what the load and jumps of clocks amount to. */
export const ages = { thinnedAfterDays: 3, deletedAfterDays: 6, acceptedMs: 30 * dayMs } as const;

/** A pass of retention every few seconds, so that every fault meets some. */
export const retentionSettings = {
  schedule: '*/3 * * * * *',
  measurements: [
    { name: 'generic', keepDays: ages.deletedAfterDays, thinAfterDays: ages.thinnedAfterDays, thinToS: 60 },
  ],
};

/** The memory of a job that has seen the same clock for two days: otherwise nothing would go by age for a day. */
export function settledClock(nowMs: number): string {
  const runningMs = 2 * dayMs;
  const differenceMs = nowMs - runningMs;
  const observations = [{ sinceMs: 0, leastMs: differenceMs, greatestMs: differenceMs }];
  return JSON.stringify({ time: { runningMs, observations } });
}
