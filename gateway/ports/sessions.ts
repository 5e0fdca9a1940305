/** The sessions that a source keeps for clients that are away. */

export interface KeptSession {
  clientId: string;
  /** Empty for clients without a user. */
  user: string;
  isConnected: boolean;
  /** When the client was there last, in ms since 1970. */
  lastSeenMs: number;
  subscriptions: number;
  queuedMessages: number;
  queuedBytes: number;
}

export interface EndedSessions {
  ended: string[];
  /** Kept, because their clients are connected and use them. */
  connected: string[];
  unknown: string[];
}

export interface SessionAdmin {
  /** Absent for longest first. */
  list(): KeptSession[];
  /** Ends sessions with their subscriptions and queued messages; written when resolved. */
  end(clientIds: readonly string[]): Promise<EndedSessions>;
}
