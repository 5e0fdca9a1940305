/**
 * Requests the gateway's status like the statistics job, which also makes it report its losses. Checks the reported
 * values.
 */
import type { DataPlane } from '../../../gateway/pipeline/plane.ts';
import type { DataStatus } from '../../../gateway/pipeline/status.ts';
import { type Lane, lanes } from '../../../shared/contract/lanes.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { SimulatedCloud } from '../cloud/cloud.ts';
import type { Ledger } from '../world/ledger.ts';
import type { Schedule } from '../world/schedule.ts';
import type { World } from '../world/world.ts';

const everyMs = 250;
/** Bytes that the journal may take beyond its limit, for state files. */
const stateBytesMax = 4_096;

export class StatusWatch {
  /** The latest status; null while the gateway is not up. */
  now: DataStatus | null = null;
  last: DataStatus | null = null;
  private readonly world: World;
  private readonly ledger: Ledger;
  private readonly cloud: SimulatedCloud;
  private readonly journalBytesMax: number;
  private readonly hasFlood: boolean;
  /** The journal never fills its disk itself. */
  private readonly isDiskOfOthers: boolean;
  private before = { bytes: 0, dropped: 0 };
  private eventsSince: { seq: number; sinceMs: number }[] = [];

  constructor(world: World, ledger: Ledger, cloud: SimulatedCloud, schedule: Schedule) {
    this.world = world;
    this.ledger = ledger;
    this.cloud = cloud;
    this.journalBytesMax = schedule.journalBytesMax;
    this.isDiskOfOthers = schedule.faults.every((fault) => fault.kind !== 'disk-full' || fault.isByOthers);
    this.hasFlood = schedule.sensors.some(({ lettersEach }) => lettersEach > 1);
  }

  /** Watches one life of the gateway for as long as `isUp`. */
  follow(plane: DataPlane, clock: Clock, isUp: () => boolean): void {
    clock.setTimer(everyMs, async () => {
      const status = await plane.calls.status();
      // The retention of dead letters, at whatever time the clock shows. Its disk may fail.
      await plane.calls.deadLettersDropOld().catch(() => undefined);
      if (!isUp()) return;
      this.now = this.last = structuredClone(status);
      this.check(status);
      this.noteEvents(status);
      this.follow(plane, clock, isUp);
    });
  }

  gone(): void {
    this.now = null;
    this.eventsSince = [];
  }

  /** Whether nothing waits to be sent. Refused batches wait to be redriven. */
  get isDrained(): boolean {
    return this.now?.refused.count === 0 && lanes.every((lane) => this.now?.backlog[lane]?.blocks === 0);
  }

  /** When an event after `sentSeq` was first seen waiting; null if none waits. */
  eventWaitingSinceMs(sentSeq: number): number | null {
    return this.eventsSince.find(({ seq }) => seq > sentSeq)?.sinceMs ?? null;
  }

  private check({ journals, backlog, pipeline, placement, refused }: DataStatus): void {
    let bytes = 0;
    let dropped = 0;
    for (const { lane, firstSeq, bytes: inLane, dropped: ofLane } of journals) {
      bytes += inLane;
      dropped += ofLane.blocks;
      // The cursor passes batches that are set aside.
      if (refused.setAside === 0) this.checkCursor(lane as Lane, firstSeq, backlog[lane]!.confirmedSeq);
    }
    if (bytes > this.journalBytesMax + stateBytesMax) {
      this.ledger.broken('the journal is bounded', `${bytes} bytes of ${this.journalBytesMax}`);
    }
    const wasFar = Math.max(bytes, this.before.bytes) < this.journalBytesMax / 2;
    if (dropped > this.before.dropped && wasFar && this.isDiskOfOthers)
      this.ledger.broken('nothing unread is dropped before the journal is full', `${dropped} blocks`);
    this.before = { bytes, dropped };
    const lifecycle = pipeline.messages - pipeline.readings - placement.resends - pipeline.deadLetters;
    // A message of a flood is many letters.
    if (lifecycle < 0 && !this.hasFlood)
      this.ledger.broken('counts add up', JSON.stringify({ pipeline, placement }));
  }

  private checkCursor(lane: Lane, firstSeq: number, cursor: number): void {
    const stored = this.cloud.operations.newestWatermark(lane);
    // A cursor starts at the oldest block that exists: earlier ones were dropped.
    if (cursor <= Math.max(stored, firstSeq - 1)) return;
    this.ledger.broken('a cursor is never ahead of the cloud', `${lane}: cursor ${cursor}, stored ${stored}`);
  }

  private noteEvents({ journals, backlog }: DataStatus): void {
    const { lastSeq } = journals.find(({ lane }) => lane === 'events')!;
    if (backlog.events!.blocks > 0 && lastSeq > (this.eventsSince.at(-1)?.seq ?? 0)) {
      this.eventsSince.push({ seq: lastSeq, sinceMs: this.world.nowMs });
    }
  }
}
