import type { DeviceAccount } from './account.ts';

/** The topic filters that a user may publish and subscribe to, with `{user}` and `{client}` for its names. */
export interface TopicRights {
  publish: string[];
  subscribe: string[];
}

/** A device without any rights of its own has those of the machine that has its name, at any site. */
const ownMachine = '+/{user}';

/**
 * Returns the rights of a device. It writes readings of its machines, and reads them and the alerts that are open there; that
 * a machine has failed, was replaced or is in maintenance is for those who have `lifecycle` to say.
 */
export function rightsOfAccount({ machines, publish, subscribe, lifecycle }: DeviceAccount): TopicRights {
  const isBare = machines === undefined && publish === undefined && subscribe === undefined;
  const own = machines ?? (isBare ? [ownMachine] : []);
  const readings = own.map((machine) => `telemetry/${machine}/#`);
  return {
    publish: [
      ...readings,
      ...(lifecycle ? own.map((machine) => `lifecycle/${machine}`) : []),
      ...(publish ?? []),
    ],
    subscribe: [...readings, ...own.map((machine) => `harbinger/${machine}/#`), ...(subscribe ?? [])],
  };
}

/** Rights as they are in force for one device: with its name in place of `{user}`. */
export function effectiveRights(account: DeviceAccount): TopicRights {
  const named = (filters: string[]) =>
    filters.map((filter) =>
      filter
        .split('/')
        .map((level) => (level === '{user}' ? account.user : level))
        .join('/'),
    );
  const { publish, subscribe } = rightsOfAccount(account);
  return { publish: named(publish), subscribe: named(subscribe) };
}
