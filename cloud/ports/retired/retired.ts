/** Machines and gateways that people have taken out of the lists: retired, renamed or deleted. */
import type { ContactState } from '../contacts/contacts.ts';
import type { FiguresAt } from '../fleet/fleet.ts';
import type { MachineState } from '../machines.ts';

export interface MachineName {
  gateway: string;
  site: string;
  machine: string;
}

/** Everything that is stored under a name, or the part of it that was observed after a time or until one, in ms since 1970. */
export interface MachineSpan extends MachineName {
  afterMs?: number;
  untilMs?: number;
}

/** `renamed`: its history is joined to that of another machine; `deleted`: it has none any more. */
export type WhyRetired = 'retired' | 'renamed' | 'deleted';

export interface RetiredMachine {
  /** Its last state. */
  state: MachineState;
  /** When it was taken out of the list, in ms since 1970. What was observed until then does not bring it back. */
  atMs: number;
  why: WhyRetired;
  /** The machine that it was renamed to; null unless `why` is `renamed`. */
  into: MachineName | null;
  /** It was renamed, and was heard again under its old name: it is a machine of its own since. */
  isBack: boolean;
  /** Renames of earlier machines of this name, oldest first: what was observed until `atMs` is the history of `into`. */
  earlier?: readonly Rename[];
}

export interface Rename {
  into: MachineName;
  atMs: number;
}

/** A name under which a machine's earlier history is stored. */
export interface FormerName extends MachineName {
  machineType: string;
  /** The beginning of that time, if the name was another machine's before. */
  afterMs?: number;
  /** The end of that time: readings after it are not the machine's. */
  untilMs: number;
}

export interface RetiredMachines {
  all(): RetiredMachine[];
  get(name: MachineName): RetiredMachine | undefined;
  /** Whether a gateway was retired or renamed, and no machine of it was listed since. */
  isGatewayRetired(gateway: string): boolean;
  /** The names that a machine had before, latest first; at most 20. */
  formerNames(name: MachineName): FormerName[];
  /** The time until which what is stored under a name is another machine's, which was renamed; null if it never was. */
  ownSinceMs(name: MachineName): number | null;
}

export interface RetireOutcome {
  /** How many machines were taken out of the list, and how many open alerts ended with that. */
  machines: number;
  alerts: number;
  /** Sentences about machines that send under the old name all the same, and what could not be given to the new one; absent if there are none. */
  warnings?: string[];
}

export interface EraseOutcome extends RetireOutcome {
  /** Readings, estimates and events in the store; null if the store does not count them. */
  stored: number | null;
  /** Events and decision records that the cloud listed. */
  events: number;
  /** False if there was no time for everything: the same request goes on. */
  isComplete: boolean;
}

/** A gateway that is configured, or of which something is known. */
export interface GatewaySummary {
  gateway: string;
  /** Whether it may connect. */
  isConfigured: boolean;
  machines: number;
  retiredMachines: number;
  openAlerts: number;
  /** Latest time of its machines and batches, in ms since 1970; null if nothing was heard of it. */
  lastSeenMs: number | null;
  isConnected: boolean;
  /** `unknown` if it has never connected. */
  contact: ContactState | 'unknown';
  silentSinceMs: number | null;
  /** How it is, as it said itself; null if it has not said so since the cloud was started. */
  figures: FiguresAt | null;
}

/**
 * Takes machines and gateways out of the lists. Everything is durable when resolved, and a request may be repeated. An
 * unknown name refuses the whole request.
 * @throws HarbingerError MACHINE_NOT_LISTED, GATEWAY_UNKNOWN, RENAME_REFUSED; STORE_NO_DELETE; STORE_UNAVAILABLE,
 *   OPERATIONS_UNAVAILABLE (retry)
 */
export interface Decommissioning {
  readonly retired: RetiredMachines;
  gateways(): GatewaySummary[];
  /** Ends their open alerts. Their history stays. */
  retire(names: readonly MachineName[]): Promise<RetireOutcome>;
  /** Joins the history of `from` to that of `to`, which need not exist yet. Open alerts move along, but for its silence, and overrides do. */
  rename(from: MachineName, to: MachineName): Promise<RetireOutcome>;
  /**
   * Deletes the machines with their history, also what they had under former names. What was stored under a name before
   * its machine was renamed is the history of the renamed one, and stays. @throws also HarbingerError MACHINE_RENAMED
   */
  erase(names: readonly MachineName[]): Promise<EraseOutcome>;
  retireGateway(gateway: string): Promise<RetireOutcome>;
  /** Renames all of its machines; see `rename`. */
  renameGateway(from: string, to: string): Promise<RetireOutcome>;
  eraseGateway(gateway: string): Promise<EraseOutcome>;
}
