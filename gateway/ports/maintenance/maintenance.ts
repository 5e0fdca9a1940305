/** The interface by which people say that machines are being worked on. */

/** One machine; without `machine` all machines of a site, and without both all of the gateway. */
export interface MaintenanceScope {
  site?: string;
  machine?: string;
}

export interface MaintenanceChanger {
  by: string;
  address: string;
  note?: string;
}

/** A span of time in which nothing is raised about its machines; times are ms since 1970. */
export interface MaintenanceWindow extends MaintenanceScope {
  id: string;
  fromMs: number;
  /** When it ends by itself, or ended. */
  toMs: number;
  /** The person who began or planned it, and why. */
  by: string;
  address: string;
  note?: string;
  setMs: number;
  /** The person who ended it before its time, and when it was to end by itself; absent if nobody did. */
  ended?: { by: string; address: string; note?: string; atMs: number; toMs?: number };
}

export interface MaintenanceWanted extends MaintenanceScope {
  /** Its name; a window that has it already is changed, and what is absent stays. Absent: a new one. */
  id?: string;
  /** `askedMs`, if absent. */
  fromMs?: number;
  /** A day after `fromMs`, if absent. */
  toMs?: number;
  /** When it was asked for, ms since 1970; now, if absent. */
  askedMs?: number;
  /** The person, if one was named. */
  by?: string;
  /** True for a repetition, which changes no window that is known. */
  isAgain?: boolean;
}

/** A message about the maintenance of one machine: it begins or is planned, or it ends. */
export interface MaintenanceReport {
  site: string;
  machine: string;
  /** Null: whatever is on ends. */
  wanted: Omit<MaintenanceWanted, keyof MaintenanceScope> | null;
  who: MaintenanceChanger;
}

export interface MaintenanceAdmin {
  /** Windows that are on or planned, the earliest first; with `past`, also those that are over, as far as they are kept. */
  list(past: boolean): MaintenanceWindow[];
  /**
   * Begins a window, plans one, or changes the one with this id. Durable and in force when resolved.
   * @throws HarbingerError MAINTENANCE_INVALID, MAINTENANCE_TOO_MANY, MAINTENANCE_UNWRITABLE
   */
  set(wanted: MaintenanceWanted, who: MaintenanceChanger): Promise<MaintenanceWindow>;
  /**
   * Ends windows now, and drops planned ones: the one with this id, or all of exactly this scope that are on now. Returns
   * those that it ended. @throws HarbingerError MAINTENANCE_UNWRITABLE
   */
  end(which: { id: string } | MaintenanceScope, who: MaintenanceChanger): Promise<MaintenanceWindow[]>;
  /**
   * Gives the windows of one machine to another name of it; those of its site stay. Returns how many are on or planned.
   * @throws HarbingerError MAINTENANCE_UNWRITABLE
   */
  rename(from: { site: string; machine: string }, to: { site: string; machine: string }): Promise<number>;
}
