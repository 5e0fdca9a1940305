/** Contacts: when each gateway was heard, and whether it is silent. */
import type { LongestLately } from '../../../shared/bounds/longest-lately.ts';

/** Gets what is heard of gateways. */
export interface ContactSink {
  /** A gateway has signed in; another connection of it may still be open. */
  connected(gateway: string): void;
  /** One of its connections has closed. */
  disconnected(gateway: string): void;
  /** Any packet has come from it. */
  heard(gateway: string): void;
  /** It has sent a batch. */
  sent(gateway: string): void;
  /** It has said that it is being stopped. */
  stopped(gateway: string): void;
}

/**
 * `heard`: connected, or lost for less than it may be; `silent`: lost for longer; `stopped`: the same, after it had said
 * that it was being stopped; `idle`: heard, but it has sent nothing for longer than it ever does.
 */
export type ContactState = 'heard' | 'silent' | 'stopped' | 'idle';

export interface GatewayContact {
  gateway: string;
  isConnected: boolean;
  /** When any packet came from it last, in ms since 1970; null if none ever did. */
  heardMs: number | null;
  state: ContactState;
  /** Since when nothing is known of its machines, in ms since 1970; null while it is heard, or idle. */
  silentSinceMs: number | null;
  /** The same already after a minute: whether its machines are fine is not known any more, long before anybody is told. */
  lostSinceMs: number | null;
  /** When it connected again after that, or after it was stopped, in ms since 1970; null if it never did. */
  backSinceMs: number | null;
  /** Since when it has sent nothing, in ms since 1970; null unless it is idle. */
  idleSinceMs: number | null;
}

export interface GatewayContacts {
  /** Undefined if it has never been heard, or may not connect. */
  of(gateway: string): GatewayContact | undefined;
  all(): GatewayContact[];
}

/** State of one gateway that is kept over a restart. Times are in ms since 1970. */
export interface KeptContact {
  heardMs: number;
  sentMs: number;
  /** When it was heard for the first time. */
  firstMs: number;
  stoppedMs: number | null;
  silentSinceMs: number | null;
  /** Since when it has sent nothing, if it was idle; earlier versions did not keep it. */
  idleSinceMs?: number | null;
  /** See `backSinceMs` of GatewayContact. */
  backMs?: number;
  /** Its longest recent outage, and its longest recent pause between two batches, with the time each was learnt. */
  outage: LongestLately;
  pause: LongestLately;
}

/** Keeps contacts; durable when resolved. */
export interface ContactStore {
  load(): Map<string, KeptContact>;
  save(changed: ReadonlyMap<string, KeptContact>): Promise<void>;
}

/** Two gateways or more that are connected under one name. */
export interface TwinGateways {
  gateway: string;
  /** Since when that is known, ms since 1970. */
  sinceMs: number;
  /** From where each is connected. */
  addresses: readonly string[];
}
