/**
 * Work on alerts (cloud/ports/work): deeds of people about an alert while it is open, and when they are told of it. What an alert
 * says comes from its gateway and is never changed by this.
 */
/** Names and texts that people write. */
export const workLimits = { byLengthMax: 64, noteLengthMax: 500, deedsMax: 50, shelfDaysMax: 30 } as const;

export const deedNames = [
  'acknowledge',
  'unacknowledge',
  'assign',
  'unassign',
  'shelve',
  'unshelve',
  'comment',
] as const;
export type DeedName = (typeof deedNames)[number];

/** Something that a person does about an alert. */
export interface Deed {
  deed: DeedName;
  /** Empty if nobody is named. */
  by: string;
  note: string;
  /** With `assign`: the person who looks after it. */
  to?: string;
  /** With `shelve`: its end, in ms since 1970. */
  untilMs?: number;
}

/** One thing that was done. `reminded`: Harbinger asked again, because the alert has become critical or is open again. */
export interface DoneDeed {
  deed: DeedName | 'reminded';
  by: string;
  /** RFC 3339, as the other times here. */
  at: string;
  note: string;
  to?: string;
  until?: string;
}

export interface AlertWork {
  /** Counts what was done about the alert, so that two people do not overwrite each other. */
  version: number;
  acknowledged?: { by: string; at: string };
  assignee?: string;
  /** Shelved, as IEC 62682 calls it: nobody is told of it until then, unless it becomes critical. */
  shelved?: { by: string; at: string; until: string; note: string };
  /** The latest ones, the oldest first. */
  deeds: DoneDeed[];
}

/** An alert that is meant. */
export interface AlertChoice {
  alertId: string;
  /** The gateway that reported it, where several have one of this id; '' for the cloud itself. */
  gateway?: string;
  /** The version that the person has seen; absent: whatever it is. */
  version?: number;
}

export interface AlertRefusal {
  alertId: string;
  code: string;
  message: string;
}

/** Facts that decide, beside the alert, whether a notifier must wait for a change of it. */
export interface Holding {
  /** It was sent an earlier change. */
  isTold: boolean;
  /** Since when nobody has acknowledged the alert, by the clock of the cloud. */
  waitsSinceMs: number;
  /** Many machines of its site are told of now, as one alert. */
  isStorm?: boolean;
  nowMs: number;
}
