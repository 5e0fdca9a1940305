import { messageOf } from '../runtime/errors.ts';
import type { Log } from '../runtime/log.ts';
import { changedSettings, type EssentialSettings, lostSettings, setAt, valueAt } from './changed-settings.ts';
import { refuse } from './problem.ts';

/** Settings that a running process follows, tables with all that is in them, and why others need a restart. */
export interface LiveSettings {
  settings: readonly string[];
  /** By the begin of their names, the longest counts. */
  restartBecause: Readonly<Record<string, string>>;
  essential: EssentialSettings;
}

/** Why the configuration was refused when it was read again the last time; null if it was not. */
export interface ConfigTrouble {
  problem: string | null;
}

/** Settings that differ, by what happens to them. Values are not among them, as they may be secrets. */
export interface ConfigChanges {
  inForce: string[];
  afterRestart: { setting: string; why: string }[];
}

export interface ReloadReport extends ConfigChanges {
  /** Sentences: files that cannot be read, for example. */
  problems: string[];
}

/** How people have a running process read its configuration again. */
export interface ConfigAdmin {
  /** Says what reading it again would do. @throws ConfigError if it is not sound, or has lost what the process runs by */
  compare(): ConfigChanges;
  /** @throws ConfigError if it is not sound, or has lost what the process runs by: nothing was changed then */
  reload(): ReloadReport;
}

export interface Reload<Config extends object> {
  /** The configuration that the process runs by; settings that are in force are set there. */
  running: Config;
  live: LiveSettings;
  /** @throws ConfigError if it is not sound */
  read(): Config;
  /** Has parts take what was set; returns problems. @param inForce the settings that have changed */
  take(next: Config, inForce: readonly string[]): string[];
  /** Sets what is in force; in place of `running` where more than the file decides on it. */
  set?(setting: string, value: unknown): void;
  /** Is kept up to date. */
  trouble: ConfigTrouble;
  log: Log;
}

const otherwise = 'it is read when the process starts';

/** Sorts settings that differ by what happens to them. */
export function changesBetween(before: object, after: object, live: LiveSettings): ConfigChanges {
  const changed = changedSettings(before, after);
  const begins = Object.keys(live.restartBecause).sort((a, b) => b.length - a.length);
  return {
    inForce: changed.filter((setting) => liveOf(setting, live) !== undefined),
    afterRestart: changed
      .filter((setting) => liveOf(setting, live) === undefined)
      .map((setting) => {
        const begin = begins.find((each) => isWithin(setting, each));
        return { setting, why: begin === undefined ? otherwise : live.restartBecause[begin]! };
      }),
  };
}

const isWithin = (setting: string, table: string) => setting === table || setting.startsWith(`${table}.`);
const liveOf = (setting: string, { settings }: LiveSettings) =>
  settings.find((each) => isWithin(setting, each));

const namedMax = 8;

function restartText({ afterRestart }: ConfigChanges): string {
  if (afterRestart.length === 0) return '';
  const names = afterRestart.slice(0, namedMax).map(({ setting }) => setting);
  const more = afterRestart.length > namedMax ? ` and ${afterRestart.length - namedMax} more` : '';
  return `; in force after a restart: ${names.join(', ')}${more}`;
}

const problemsText = (problems: readonly string[]) =>
  problems.length === 0 ? '' : `; with problems: ${problems.join('; ')}`;

/** Reads a configuration again. One with problems changes nothing. */
export class ConfigReload<Config extends object> implements ConfigAdmin {
  private readonly of: Reload<Config>;

  constructor(of: Reload<Config>) {
    this.of = of;
  }

  compare(): ConfigChanges {
    const { running, live } = this.of;
    return changesBetween(running, this.readSound(), live);
  }

  private readSound(): Config {
    const { running, read, live } = this.of;
    const next = read();
    refuse(lostSettings(running, next, live.essential));
    return next;
  }

  reload(): ReloadReport {
    const { running, live, log, take, trouble } = this.of;
    const set = this.of.set ?? ((setting, value) => setAt(running, setting, value));
    try {
      const next = this.readSound();
      const changes = changesBetween(running, next, live);
      for (const setting of new Set(changes.inForce.map((each) => liveOf(each, live)!)))
        set(setting, valueAt(next, setting));
      const problems = take(next, changes.inForce);
      const report = { ...changes, problems };
      trouble.problem = null;
      if (changes.afterRestart.length + problems.length === 0)
        log.info(report, 'the configuration was read again');
      else
        log.warn(report, `the configuration was read again${restartText(changes)}${problemsText(problems)}`);
      return report;
    } catch (error) {
      const problem = messageOf(error);
      trouble.problem = problem;
      log.error({ problem }, 'the configuration was read again and refused: nothing was changed');
      throw error;
    }
  }

  /** The same for a signal, which nobody gets an answer to; the log has it. */
  readonly atSignal = (): void => {
    try {
      this.reload();
    } catch {
      // It is logged.
    }
  };
}
