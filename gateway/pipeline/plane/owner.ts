import { gunzipSync } from 'node:zlib';
import { type Lane, lanes } from '../../../shared/contract/lanes.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import type { JournalSet } from '../../journal/journal-set.ts';
import type { Block, Journal } from '../../ports/journal.ts';

export interface OwnerParts {
  journals: JournalSet;
  /** Batches that were set aside and can still be sent. */
  refused: number;
  log: Log;
}

/**
 * Decides whether a gateway may write to a journal under its name. Its lines and events name the gateway, and the cloud
 * takes them only from this one: what was written under an earlier name, and has not been delivered, would be quarantined
 * for good. So a renamed gateway is refused until all of it is delivered; then the rename is taken, and what the journal
 * still has from before is never sent again. Call it when the uplink's cursors exist and before anything is appended.
 * @throws HarbingerError GATEWAY_RENAMED; system errors if the rename cannot be made durable
 */
export async function takeOwner(gateway: string, { journals, refused, log }: OwnerParts): Promise<void> {
  const { owner } = journals;
  const former = owner?.name ?? (await ownerInBlocks(journals));
  if (former === null || former === gateway) {
    // The start does not depend on it: the name is saved with the next change, or found in the blocks again.
    if (!owner) await journals.setOwner({ name: gateway, since: {} }).catch(() => {});
  } else {
    const waiting = lanes.map((lane) => ({ lane, blocks: blocksWaiting(journals, lane) }));
    const blocks = waiting.reduce((sum, each) => sum + each.blocks, 0);
    if (blocks > 0 || refused > 0) throw renamed({ gateway, former, blocks, refused });
    const since = lanes.map((lane) => [lane, journals.lane(lane).cursor('uplink').seq]);
    await journals.setOwner({ name: gateway, since: Object.fromEntries(since) });
    log.warn(
      { gateway, former },
      'the gateway has a new name: what it delivered before stays under the old one in the cloud',
    );
  }
  for (const [lane, seq] of Object.entries(journals.owner?.since ?? {}))
    journals.lane(lane).cursor('uplink').advance(seq);
}

function blocksWaiting(journals: JournalSet, lane: Lane): number {
  const { since } = journals.owner ?? { since: {} as Record<string, number> };
  const sentSeq = Math.max(journals.lane(lane).cursor('uplink').seq, since[lane] ?? 0);
  return journals.blocksAfter(lane, sentSeq);
}

function renamed(about: {
  gateway: string;
  former: string;
  blocks: number;
  refused: number;
}): HarbingerError {
  const { gateway, former, blocks, refused } = about;
  const aside = refused > 0 ? `${refused} refused batches that were set aside` : '';
  const journalled = blocks > 0 ? `${blocks} blocks of its journal` : '';
  const what = [journalled, aside].filter((each) => each !== '').join(' and ');
  return new HarbingerError(
    'GATEWAY_RENAMED',
    'config',
    `gateway: the data folder is that of gateway '${former}', and ${what} have not been delivered under this name; the ` +
      `cloud would refuse them from '${gateway}'. Set gateway = "${former}" again, with its entry at the cloud, until ` +
      '`backlog` of /api/status is 0 in every lane and `harbinger refused list` is empty, stop it, and then rename it. ' +
      'If nothing of this is needed, move the folders `journal` and `refused` of the data folder away instead',
  );
}

/** Returns the gateway that the first undelivered block names, or else the newest one; null if no block names one. */
async function ownerInBlocks(journals: JournalSet): Promise<string | null> {
  for (const lane of lanes) {
    const journal = journals.lane(lane);
    const name = await ownerAfter(journal, journal.cursor('uplink').seq);
    if (name !== null) return name;
  }
  for (const lane of lanes) {
    const journal = journals.lane(lane);
    const name = await ownerAfter(journal, journal.stats().lastSeq - 1);
    if (name !== null) return name;
  }
  return null;
}

/** A block that cannot be read names nobody; its delivery says why. */
async function ownerAfter(journal: Journal, seq: number): Promise<string | null> {
  try {
    const [block] = await journal.read(Math.max(0, seq), 1);
    return block ? gatewayNamedIn(block) : null;
  } catch {
    return null;
  }
}

/** Blocks have a CloudEvent a line, or line protocol with the tag `gateway`. */
function gatewayNamedIn({ codec, body }: Block): string | null {
  const text = (codec === 'gzip' ? gunzipSync(body) : body).toString('latin1');
  const line = text.slice(0, text.indexOf('\n') + 1 || undefined);
  return (
    /^[^ ,]+,gateway=([^ ,]+)[ ,]/.exec(line)?.[1] ??
    /"source":"\/gateways\/([^"/]+)"/.exec(line)?.[1] ??
    null
  );
}
