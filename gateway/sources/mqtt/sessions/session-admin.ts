import type { EndedSessions, KeptSession, SessionAdmin } from '../../../ports/retiring.ts';
import type { BrokerPersistence } from './persistence.ts';

type Kept = Pick<BrokerPersistence, 'sessions' | 'incoming'>;

/** Ends the sessions of devices that were revoked: another one that gets the name gets nothing of theirs. */
export function endSessionsOf({ sessions, incoming }: Kept, users: readonly string[]): void {
  const meant = new Set(users);
  for (const [clientId, { user }] of [...sessions.all()]) {
    if (!meant.has(user)) continue;
    void sessions.drop(clientId);
    incoming.forgetKept(clientId);
  }
}

/** Sessions for people: to see whose they are, and to end those of clients that will not come back. */
export function sessionAdmin(
  { sessions, incoming }: Kept,
  isConnected: (clientId: string) => boolean,
  ended: (clientId: string) => void,
): SessionAdmin {
  return {
    list() {
      const all = [...sessions.all()].map(([clientId, session]): KeptSession => {
        const queued = [...session.queue.entries.values()];
        return {
          clientId,
          user: session.user,
          isConnected: isConnected(clientId),
          lastSeenMs: session.lastSeenMs,
          subscriptions: session.subscriptions.size,
          queuedMessages: queued.length,
          queuedBytes: queued.reduce((sum, { bytes }) => sum + bytes, 0),
        };
      });
      return all.sort((a, b) => Number(a.isConnected) - Number(b.isConnected) || a.lastSeenMs - b.lastSeenMs);
    },
    async end(clientIds) {
      const outcome: EndedSessions = { ended: [], connected: [], unknown: [] };
      const written: Promise<void>[] = [];
      for (const clientId of new Set(clientIds)) {
        if (sessions.ownerOf(clientId) === undefined) outcome.unknown.push(clientId);
        else if (isConnected(clientId)) outcome.connected.push(clientId);
        else {
          written.push(sessions.drop(clientId));
          incoming.forgetKept(clientId);
          ended(clientId);
          outcome.ended.push(clientId);
        }
      }
      await Promise.all(written);
      return outcome;
    },
  };
}
