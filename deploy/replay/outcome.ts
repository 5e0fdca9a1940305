/**
 * The fate of a replay's rows, as the gateway's HTTP API tells it. An acknowledgement says only that a row is on the
 * gateway's disk: also a row that was stored before is acknowledged, and one that became a dead letter.
 */
import { toolName } from '../shown-commands.ts';

/** Requests a path of the gateway's API with GET and returns the parsed answer. */
export type AskGateway = (path: string) => Promise<unknown>;

export interface Outcome {
  /** Rows that had been stored before and were not stored again. */
  known: number;
  /** Rows and announcements that became dead letters. */
  deadLetters: number;
  /** The reason of one of them; null if there are none. */
  reason: string | null;
  /** Recorded times that were out of bounds, so that the reading was stored at the time of its arrival. */
  timesReplaced: number;
}

/** The parts of `/api/status` that are read. */
interface Status {
  pipeline: { messages: number; deadLetters: number };
  placement: { resends: number; timesOutOfBounds: number };
}

/** The counts of the replay itself. */
export interface Sent {
  clientId: string;
  acked: number;
  /** Messages that it sent again after a lost connection. */
  resent: number;
}

interface Letters {
  items: { client: string; reason: string }[];
  nextBeforeId: number | null;
}

const pageSize = 1_000;
const pagesMax = 100;

/** Reads the gateway's counts before the replay; null if it does not answer. */
export async function gatewayCounts(ask: AskGateway): Promise<Status | null> {
  try {
    return (await ask('/api/status')) as Status;
  } catch {
    return null;
  }
}

/**
 * Compares the gateway's counts with those before the replay. Resends and replaced times are counted for all senders
 * together, so others that resend meanwhile are included. Null if the gateway does not answer or was started again.
 */
export async function outcomeSince(before: Status, ask: AskGateway, sent: Sent): Promise<Outcome | null> {
  const after = await gatewayCounts(ask);
  if (after === null) return null;
  const wasRestarted = after.pipeline.messages - before.pipeline.messages < sent.acked;
  if (wasRestarted) return null;
  const resends = after.placement.resends - before.placement.resends - sent.resent;
  const times = after.placement.timesOutOfBounds - before.placement.timesOutOfBounds;
  const letters = await ownLetters(
    ask,
    sent.clientId,
    after.pipeline.deadLetters - before.pipeline.deadLetters,
  );
  if (letters === null) return null;
  return {
    known: Math.min(sent.acked, Math.max(0, resends)),
    deadLetters: letters.length,
    reason: letters[0] ?? null,
    timesReplaced: Math.min(sent.acked, times),
  };
}

/** Returns the reasons of the replay's dead letters, which are among the newest `count`; null if they cannot be read. */
async function ownLetters(ask: AskGateway, clientId: string, count: number): Promise<string[] | null> {
  const reasons: string[] = [];
  let before = '';
  try {
    for (let page = 0, left = count; left > 0 && page < pagesMax; page++) {
      const limit = Math.min(left, pageSize);
      const { items, nextBeforeId } = (await ask(`/api/deadletters?limit=${limit}${before}`)) as Letters;
      for (const { client, reason } of items) if (client === clientId) reasons.push(reason);
      if (nextBeforeId === null) break;
      left -= items.length;
      before = `&beforeId=${nextBeforeId}`;
    }
    return reasons;
  } catch {
    return null;
  }
}

/** The outcome as sentences, with what to do. */
export function outcomeLines(outcome: Outcome, acked: number): string[] {
  const { known, deadLetters, reason, timesReplaced } = outcome;
  const lines: string[] = [];
  if (known > 0) {
    lines.push(
      known === acked
        ? 'all of them were stored before, so nothing new was stored'
        : `${known} of them were stored before and not stored again`,
      'to store them once more: --again, as new readings of now; --machine or --site, as those of another machine; ' +
        '--timestamps original, with the recorded times',
    );
  }
  if (deadLetters > 0) {
    lines.push(
      `${deadLetters} of them became dead letters, not readings: ${reason}`,
      `${toolName()} deadletters list shows them; deadletters redrive --all sends them again once the cause is removed`,
    );
  }
  if (timesReplaced > 0) {
    lines.push(
      `${timesReplaced} recorded times are too far from the gateway's clock ([timestamps] sets the bounds): these readings have the time of their arrival`,
    );
  }
  return lines;
}
