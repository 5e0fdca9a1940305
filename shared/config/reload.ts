import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { changedSettings } from './changed-settings.ts';

export interface Reload<Config> {
  before: Config;
  /** @throws ConfigError if it is not sound */
  read(): Config;
  /** Takes what can change while the process runs; returns the settings that are in force now. */
  take(next: Config): { taken: readonly string[]; problems: readonly string[] };
  log: Log;
}

/**
 * Reads a configuration again. One with problems changes nothing. The log says which settings are in force, and which need a
 * restart.
 */
export function reloadConfig<Config>({ before, read, take, log }: Reload<Config>): void {
  try {
    const next = read();
    const changed = changedSettings(before, next);
    const { taken, problems } = take(next);
    const isTaken = (key: string) => taken.some((each) => key === each || key.startsWith(`${each}.`));
    const inForce = changed.filter(isTaken);
    const afterRestart = changed.filter((key) => !isTaken(key));
    const about = { inForce, afterRestart, ...(problems.length > 0 && { problems }) };
    if (afterRestart.length + problems.length === 0) log.info(about, 'the configuration was read again');
    else log.warn(about, 'the configuration was read again: `afterRestart` needs a restart to be in force');
  } catch (error) {
    log.error(
      { problem: messageOf(error) },
      'the configuration was read again, and is not sound: nothing was changed',
    );
  }
}
