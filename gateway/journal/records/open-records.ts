/**
 * Records (gateway/journal/records): keys with values, in files of the journal's format, for dead letters, refused
 * batches and sessions, which know only ports/records.ts. A folder holds segments of blocks (../segments/format.ts).
 * The body of a block holds entries (entry.ts), each of which sets or deletes one record; applied in order, they yield
 * the current records. This file opens a folder.
 */
import { setAsideOn } from '../../../shared/files/set-aside.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type Random, systemRandom } from '../../../shared/runtime/random.ts';
import { type JournalFs, nodeJournalFs } from '../fs.ts';
import { randomId } from '../meta.ts';
import { segmentName } from '../segments/format.ts';
import { listSegments, recoverLane } from '../segments/recover.ts';
import { type LaneFiles, laneFiles, type Segment } from '../segments/segment.ts';
import { SegmentWriter } from '../segments/writer.ts';
import { Positions } from './positions.ts';
import { RecordLog } from './record-log.ts';
import { scanEntries } from './scan-entries.ts';

export interface RecordsOptions {
  dir: string;
  /** Length at which a file is closed. Default: 1 MiB. */
  segmentBytesMax?: number;
  fs?: JournalFs;
  clock: Clock;
  random?: Random;
  log: Log;
}

/**
 * Creates the folder if it is missing. Damaged parts are skipped or set aside, and logged. @throws HarbingerError
 * JOURNAL_LOCKED, JOURNAL_VERSION; system errors if the disk cannot be read or written
 */
export async function openRecords(options: RecordsOptions): Promise<RecordLog> {
  const { dir, fs = nodeJournalFs } = options;
  await fs.makeDir(dir);
  const release = await fs.lock(dir);
  try {
    return await recover({ ...options, fs }, release);
  } catch (error) {
    await release();
    throw error;
  }
}

async function recover(
  {
    dir,
    segmentBytesMax = 1 << 20,
    fs,
    clock,
    random = systemRandom,
    log,
  }: RecordsOptions & { fs: JournalFs },
  release: () => Promise<void>,
): Promise<RecordLog> {
  let found = await listSegments(fs, dir, log);
  const id = found.findLast(({ header }) => header !== null)?.header?.journalId;
  if (id === undefined && found.length > 0) {
    // Without an intact header it is unknown which checksums are right.
    for (const { firstSeq } of found) {
      const path = `${dir}/${segmentName(firstSeq)}`;
      const aside = await setAsideOn(fs, path, `${path}.damaged`);
      log.error({ aside }, 'records could not be read; their file is set aside');
    }
    found = [];
  }
  const files = laneFiles(fs, dir, id ?? randomId(random), 0);
  const known = { seqFloor: 1, newestSegment: 0, isNew: found.length === 0 };
  const { segments, nextSeq, tornBytes } = await recoverLane(files, found, known, log);
  const positions = new Positions();
  let missingBlocks = 0;
  for (const segment of segments) missingBlocks += await replay(files, segment, positions);
  if (missingBlocks > 0 || tornBytes > 0)
    log.error({ dir, missingBlocks, tornBytes }, 'a part of the records could not be read and is lost');
  const writer = new SegmentWriter({ files, segments, nextSeq, clock, log });
  return new RecordLog({ segmentBytesMax, files, segments, writer, positions, log, release });
}

/** Applies a segment's entries. Returns the number of blocks missing between intact ones. */
async function replay(files: LaneFiles, segment: Segment, positions: Positions): Promise<number> {
  const scanned = { blocks: 0 };
  for await (const { entry, position } of scanEntries(files, segment, scanned))
    positions.set(entry, position);
  return segment.lastSeq - segment.firstSeq + 1 - scanned.blocks;
}
