import { bytesText, percentText } from '../words/amounts.ts';
import type { Condition } from './conditions.ts';

export interface DiskFacts {
  /** The data folder; its disk is meant. */
  folder: string;
  freeBytes: number;
  sizeBytes: number;
  /** Below this share it is told. */
  freeShareMin: number;
}

/** Whatever the size of a disk, with less free it is told. */
const warnBytes = 500e6;
const criticalBytes = 100e6;
/** Part of `freeShareMin` below which it is critical. */
const criticalPart = 0.2;
/** As it comes and goes by itself, so many times more must be free until it ends, or is less severe. */
const betterFactor = 1.2;

/** Told long before the disk is full, when nothing is acknowledged any more. */
export const diskSpace: Condition<{ disk: DiskFacts | null }> = {
  name: 'disk-space',
  meaning: 'The disk of the data folder is nearly full.',
  openAfterMs: 15_000,
  closeAfterMs: 60_000,
  check({ disk }, _nowMs, [open]) {
    if (!disk) return 'unknown';
    const { folder, freeBytes, sizeBytes, freeShareMin } = disk;
    const share = freeBytes / Math.max(sizeBytes, 1);
    const isBelow = (shareMin: number, bytesMin: number) => share < shareMin || freeBytes < bytesMin;
    const warnFactor = open ? betterFactor : 1;
    const criticalFactor = open?.severity === 'critical' ? betterFactor : 1;
    if (!isBelow(warnFactor * freeShareMin, warnFactor * warnBytes)) return [];
    const isCritical = isBelow(criticalFactor * freeShareMin * criticalPart, criticalFactor * criticalBytes);
    return [
      {
        severity: isCritical ? 'critical' : 'warning',
        reasons: [
          `The disk of ${folder} has ${bytesText(freeBytes)} left of ${bytesText(sizeBytes)} (${percentText(share)}).`,
          'When it is full, no reading is acknowledged any more, and senders wait.',
          'Delete what is not needed there, or give it a larger disk.',
        ],
      },
    ];
  },
  ended: (_open, { disk }) =>
    disk ? `${bytesText(disk.freeBytes)} are free again.` : 'There is enough space again.',
};
