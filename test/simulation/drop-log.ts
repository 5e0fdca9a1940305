import { type Log, silentLog } from '../../shared/runtime/log.ts';

/** A log that hears only of lines dropped unread, and adds them up by lane. */
export function dropLog(lines: Map<string, number>): Log {
  return Object.assign(Object.create(silentLog) as Log, {
    warn(what: { lane?: string; lines?: number }, message: string) {
      if (message !== 'journal full: dropped unread blocks') return;
      const { lane = '' } = what;
      lines.set(lane, (lines.get(lane) ?? 0) + (what.lines ?? 0));
    },
  });
}
