import { randomBytes } from 'node:crypto';
import type { FleetStore, ReportedDocument } from '../../../cloud/ports/fleet/fleet.ts';
import type { FleetContent, FleetFile } from '../../../gateway/fleet/fleet-file.ts';
import { type DesiredDocument, keyOf } from '../../../shared/contract/fleet/documents.ts';
import type { Process } from './process.ts';

/** Content that stays when processes are killed, and can be put back to an older copy. */
export class Disk<T> {
  content: T;
  failing = false;
  private readonly copies: T[] = [];

  constructor(content: T) {
    this.content = content;
  }

  backUp(): void {
    this.copies.push(structuredClone(this.content));
  }

  /** Returns false if there is no copy. */
  putBack(draw: number): boolean {
    const copy = this.copies[Math.floor(draw * this.copies.length)];
    if (copy === undefined) return false;
    this.content = structuredClone(copy);
    return true;
  }

  /** Writes as a whole, after a while; a process that is killed meanwhile has written it or not. */
  async write(process: Process, change: (content: T) => T): Promise<void> {
    await process.wait(1 + process.draw() * 20);
    if (this.failing) throw new Error('simulated: the disk takes nothing');
    this.content = change(this.content);
    await process.wait(1 + process.draw() * 20);
  }
}

export const fileOn = (disk: Disk<FleetContent | null>, process: Process): FleetFile => ({
  load: () => structuredClone(disk.content),
  save(content) {
    const copy = structuredClone(content);
    return disk.write(process, () => copy);
  },
});

export interface CloudContent {
  secret: string;
  desired: Record<string, DesiredDocument>;
  reported: Record<string, ReportedDocument>;
}

export const newCloud = (): CloudContent => ({
  secret: randomBytes(32).toString('base64'),
  desired: {},
  reported: {},
});

export const storeOn = (disk: Disk<CloudContent>, process: Process): FleetStore => ({
  secret: Buffer.from(disk.content.secret, 'base64'),
  forgottenVersion: 0,
  get: (key) => disk.content.desired[key],
  all: () => Object.values(disk.content.desired),
  reported: (key) =>
    Object.entries(disk.content.reported).flatMap(([at, row]) =>
      at === `${row.gateway} ${key}` ? [row] : [],
    ),
  compared: () => [],
  put(documents) {
    const added = Object.fromEntries(documents.map((each) => [keyOf(each), structuredClone(each)]));
    return disk.write(process, (content) => ({ ...content, desired: { ...content.desired, ...added } }));
  },
});
