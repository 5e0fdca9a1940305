import type { SiteFacts } from './facts.ts';

/** A gateway that is connected, without alerts. */
export function memorySite(): SiteFacts {
  const data = {
    uplink: { connected: true, lastError: null },
    backlog: { events: { blocks: 2 } },
    journals: [],
  };
  const none = () => [];
  return {
    gateway: 'gw-1',
    openAlerts: none,
    openConditions: none,
    data: () => data,
    diskFreeBytes: () => 5e9,
  };
}
