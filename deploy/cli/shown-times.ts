/** Times for people, in one zone everywhere: that of this computer. `--json` has what the API answers. */
import { dateTimeText, localTimeText, localZone } from '../../shared/words/times.ts';

/** `2026-11-28 08:52:07`, for columns; their header names the zone (`zoned`). A dash if it never was. */
export function shownTime(ms: number | null | undefined): string {
  return ms === null || ms === undefined || ms === 0 ? '–' : localTimeText(ms, true);
}

/** The header of a column of times: `since (Europe/Berlin)`. */
export const zoned = (name: string): string => `${name} (${localZone()})`;

/** `2026-11-28 08:52 UTC+1`, for lines of text. */
export const timeInLine = (ms: number): string => dateTimeText(ms);
