/**
 * The journal (gateway/journal): the durable log of a gateway, with a log for each lane, cursors of its readers, and a
 * disk budget. segments/ has its files, records/ the keys and values that use the same files. It stores bytes without
 * looking into them. Every access to the disk goes through fs.ts, which the simulation replaces.
 */
import type { JournalLoss } from '../../shared/contract/events.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Log } from '../../shared/runtime/log.ts';
import { type Random, systemRandom } from '../../shared/runtime/random.ts';
import type { Block, Journal, JournalOwner } from '../ports/journal.ts';
import { Budget, type WhenFull } from './budget.ts';
import { Cursors } from './cursors.ts';
import { type JournalFs, nodeJournalFs } from './fs.ts';
import { JournalLane } from './lane.ts';
import { Meta } from './meta.ts';
import { blockHeaderBytes, journalLimits, runsMax } from './segments/format.ts';
import { ReadPatience } from './segments/read-patience.ts';
import { LaneReader } from './segments/reader.ts';
import { listSegments, newestOf, recoverLane, type SegmentFile } from './segments/recover.ts';
import { laneFiles, type Segment } from './segments/segment.ts';
import { SegmentWriter } from './segments/writer.ts';

const bytesMin = 64 << 10;
const stopMsMax = 10_000;

export interface JournalOptions {
  dir: string;
  /** Most urgent first; to make room, blocks of the last ones are dropped first. */
  lanes: readonly Lane[];
  limits: {
    /** Bytes on disk of all lanes together; ≥ 64 KiB. One block may take an eighth of it. */
    bytesMax: number;
    whenFull: WhenFull;
  };
  fs?: JournalFs;
  clock: Clock;
  random?: Random;
  log: Log;
  /**
   * Called for blocks that a consumer will never see, and for bytes cut off at open ('torn-tail': never acknowledged).
   */
  onLoss(loss: JournalLoss): void;
}

export interface JournalSet {
  readonly id: string;
  /** Null if it is not known, as in a journal of an earlier version, or one whose meta.json was damaged. */
  readonly owner: JournalOwner | null;
  /** Durable when resolved. @throws system errors */
  setOwner(owner: JournalOwner): Promise<void>;
  /** @throws HarbingerError JOURNAL_LANE for a lane that was not opened */
  lane(name: string): Journal;
  /**
   * Yields the blocks of about the last `bytesMax` bytes of a lane, oldest first, up to the newest at the time of the
   * call.
   */
  tail(lane: string, bytesMax: number): AsyncIterable<Block>;
  /**
   * Yields the local parts of a lane's latest blocks, oldest first: at least `bytesMin`, if there are as many. Bodies are
   * skipped where possible, so that this is quick.
   */
  locals(lane: string, bytesMin: number): AsyncIterable<Buffer>;
  /** Number of blocks in a lane after a seq; not simply a difference, because seqs may leap. */
  blocksAfter(lane: string, seq: number): number;
  /** Commits pending appends, saves the cursors and releases the folder. Takes at most about 10 s. */
  stop(): Promise<void>;
}

/**
 * Opens the journal in `dir` for this process alone and recovers it as segments/format.ts describes. @throws
 * HarbingerError JOURNAL_LOCKED, JOURNAL_VERSION, JOURNAL_LIMITS; system errors if the disk cannot be read
 */
export async function openJournals(options: JournalOptions): Promise<JournalSet> {
  const { dir, limits } = options;
  if (!Number.isSafeInteger(limits.bytesMax) || limits.bytesMax < bytesMin) {
    throw new HarbingerError(
      'JOURNAL_LIMITS',
      'journal',
      `the journal's bytesMax is ${limits.bytesMax}: give it at least ${bytesMin}`,
    );
  }
  const fs = options.fs ?? nodeJournalFs;
  await fs.makeDir(dir);
  const unlock = await fs.lock(dir);
  try {
    return await open(options, fs, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

async function open(
  options: JournalOptions,
  fs: JournalFs,
  unlock: () => Promise<void>,
): Promise<JournalSet> {
  const { dir, clock, log } = options;
  for (const name of await fs.list(dir)) if (name.endsWith('.tmp')) await fs.remove(`${dir}/${name}`);
  const found = new Map<Lane, SegmentFile[]>();
  for (const lane of options.lanes) {
    await fs.makeDir(`${dir}/${lane}`);
    found.set(lane, await listSegments(fs, `${dir}/${lane}`, log));
  }
  const lanes = new Map<string, JournalLane>();
  // The state files are shared by all lanes; their bytes are attributed to the first lane, so that the sum over lanes
  // is right.
  const onSaved = (bytes: number) => {
    const account = lanes.get(options.lanes[0]!);
    if (!account) return;
    account.stateBytes += bytes;
    account.stateSyncs += 2;
  };
  const meta = new Meta({ fs, dir, log, onSaved });
  const random = options.random ?? systemRandom;
  await meta.load(newestId(found), random);
  const run = 1 + Math.floor(random.next() * (runsMax - 1));
  const cursors = new Cursors({ fs, dir, clock, log, onSaved });
  await cursors.load();
  for (const name of options.lanes) {
    lanes.set(name, await openLane(name, found.get(name)!, { options, fs, meta, cursors, run }));
  }
  await meta.opened();
  await fs.syncDir(dir);
  const { bytesMax, whenFull } = options.limits;
  const budget = new Budget(bytesMax, whenFull, [...lanes.values()].reverse(), () => fs.diskBytes(dir));
  for (const lane of lanes.values()) lane.budget = budget;
  return journalSet(lanes, cursors, { meta, clock, log, unlock });
}

interface Shared {
  options: JournalOptions;
  fs: JournalFs;
  meta: Meta;
  cursors: Cursors;
  run: number;
}

async function openLane(name: Lane, found: SegmentFile[], shared: Shared): Promise<JournalLane> {
  const { options, fs, meta, cursors, run } = shared;
  const { clock, log, onLoss } = options;
  const { bytesMax } = options.limits;
  const files = laneFiles(fs, `${options.dir}/${name}`, meta.id, run);
  const memory = meta.lane(name);
  const readSeq = cursors.furthest(name);
  const seqFloor = Math.max(memory.seqFloor, readSeq + 1);
  const { newestSegment, closedSeq } = memory;
  const known = { newestSegment, seqFloor, closedSeq, readSeq, isNew: meta.isNew };
  const recovered = await recoverLane(files, found, known, log);
  const { segments, tornBytes, missingBlocks } = recovered;
  if (tornBytes > 0) {
    log.warn(
      { lane: name, bytes: tornBytes },
      'cut off a torn tail: the end of an unfinished write, which had not been acknowledged, or damage',
    );
    onLoss({ lane: name, cause: 'torn-tail', blocks: 0, lines: 0, bytes: tornBytes });
  }
  if (missingBlocks > 0) {
    log.error(
      { lane: name, blocks: missingBlocks },
      'acknowledged blocks at the end of the journal are lost',
    );
    onLoss({ lane: name, cause: 'damaged-block', blocks: missingBlocks, lines: 0, bytes: 0 });
  }
  if (recovered.nextSeq > (segments.at(-1)?.lastSeq ?? 0) + 1) {
    memory.seqFloor = recovered.nextSeq;
    memory.newestSegment = newestOf(segments);
    await meta.changed();
  }
  const writer = new SegmentWriter({ files, segments, nextSeq: recovered.nextSeq, clock, log });
  if (recovered.lastIsWhole) await writer.reopenLast();
  const onDamage = (lost: { blocks: number; lines: number; bytes: number }) =>
    onLoss({ lane: name, cause: 'damaged-block', ...lost });
  const removedFile = (segment: Segment, isMissing: boolean) => writer.removedFile(segment, isMissing);
  const patience = new ReadPatience({ dir: files.dir, clock, log, isDiskWell: () => meta.isSaved() });
  const lane: JournalLane = new JournalLane({
    lane: name,
    files,
    segments,
    writer,
    reader: new LaneReader({ files, segments, clock, log, patience, onDamage, removedFile }),
    segmentBytesMax: Math.min(journalLimits.segmentBytesMax, Math.floor(bytesMax / 16)),
    blockBytesMax: Math.min(blockBytesLimit, Math.floor(bytesMax / 8)),
    dropped: memory.dropped,
    log,
    cursor: (consumer) => cursors.cursor(name, lane, consumer),
    readByAll: () => cursors.readByAll(name),
    async onSegments({ lost }) {
      const newest = newestOf(segments);
      const changed = lost !== undefined || newest !== memory.newestSegment;
      memory.newestSegment = Math.max(memory.newestSegment, newest);
      if (changed) await meta.changed();
      if (lost) onLoss({ lane: name, cause: 'backlog-full', ...lost });
    },
  });
  return lane;
}

const blockBytesLimit = blockHeaderBytes + journalLimits.bodyBytesMax + journalLimits.localBytesMax;

/** Returns the id that the newest intact segment header of any lane names. */
function newestId(found: Map<Lane, SegmentFile[]>): string | null {
  const headers = [...found.values()].flat().flatMap(({ header }) => (header ? [header] : []));
  return headers.sort((a, b) => b.createdMs - a.createdMs)[0]?.journalId ?? null;
}

function journalSet(
  lanes: ReadonlyMap<string, JournalLane>,
  cursors: Cursors,
  parts: { meta: Meta; clock: Clock; log: Log; unlock: () => Promise<void> },
): JournalSet {
  const laneNamed = (name: string): JournalLane => {
    const lane = lanes.get(name);
    if (lane) return lane;
    throw new HarbingerError('JOURNAL_LANE', 'journal', `the journal has no lane '${name}'`);
  };
  const stopAll = async () => {
    await Promise.all([...lanes.values()].map((lane) => lane.stop()));
    for (const [name, lane] of lanes)
      parts.meta.lane(name).closedSeq = lane.blocksAfter(0) === 0 ? 0 : lane.lastSeq;
    await parts.meta.changed();
    await cursors
      .stop()
      .catch((error) => parts.log.warn({ cause: String(error) }, 'cursors could not be saved'));
    await parts.unlock();
  };
  let stopping: Promise<void> | null = null;
  return {
    id: parts.meta.id,
    get owner() {
      return parts.meta.owner;
    },
    setOwner: (owner) => parts.meta.setOwner(owner),
    lane: laneNamed,
    tail: (name, bytesMax) => laneNamed(name).tail(bytesMax),
    locals: (name, bytesMin) => laneNamed(name).locals(bytesMin),
    blocksAfter: (name, seq) => laneNamed(name).blocksAfter(seq),
    stop() {
      stopping ??= within(parts.clock, stopMsMax, stopAll());
      return stopping;
    },
  };
}

/** @throws HarbingerError JOURNAL_STOP if the disk does not answer in time */
function within(clock: Clock, limitMs: number, work: Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const message = `the journal did not stop within ${limitMs} ms: the disk does not answer`;
    const timer = clock.setTimer(limitMs, () =>
      reject(new HarbingerError('JOURNAL_STOP', 'journal', message)),
    );
    work.then(resolve, reject).finally(() => timer.cancel());
  });
}
