import { codeOf, messageOf } from '../../../shared/runtime/errors.ts';
import type { Log } from '../../../shared/runtime/log.ts';
import { type LaneFiles, type Segment, segmentPath } from './segment.ts';

/**
 * Removes segments of a lane. Until the folder is synced, a power cut may bring a removed segment back; its bytes stay
 * in `bytes` for so long, so that their room is not used twice.
 */
export class Removals {
  /** Bytes of removed segments that a power cut may bring back. */
  bytes = 0;
  private readonly files: LaneFiles;
  private readonly log: Log;
  private isFailing = false;

  constructor(files: LaneFiles, log: Log) {
    this.files = files;
    this.log = log;
  }

  /** @throws system errors; a segment that is missing counts as removed */
  async remove(segment: Segment): Promise<void> {
    await this.files.fs.remove(segmentPath(this.files, segment.firstSeq)).catch((error) => {
      if (codeOf(error) !== 'ENOENT') throw error;
    });
    this.bytes += segment.bytes;
  }

  /** Makes earlier removals durable. Returns false if the disk failed: their room is then still taken. */
  async settle(): Promise<boolean> {
    const { bytes } = this;
    try {
      await this.files.fs.syncDir(this.files.dir);
    } catch (error) {
      if (!this.isFailing)
        this.log.error(
          { dir: this.files.dir, bytes, cause: messageOf(error) },
          'removed segments may come back after a power cut, because their folder could not be synced: their room is not used until it can be',
        );
      this.isFailing = true;
      return false;
    }
    this.isFailing = false;
    this.bytes -= bytes;
    return true;
  }
}
