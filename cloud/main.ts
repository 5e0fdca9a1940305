import { join } from 'node:path';
import type { ReadConfig } from '../shared/config/load-config.ts';
import { type ConfigProblem, describeProblem, refuse } from '../shared/config/problem.ts';
import { useTimeZone } from '../shared/config/time-zone.ts';
import { checkDataFormat } from '../shared/data-format/data-format.ts';
import { prepareDataDir } from '../shared/files/data-dir.ts';
import { defaultDataDir } from '../shared/files/paths.ts';
import { httpAddress, publishRunFile } from '../shared/files/run-file.ts';
import { startWithSpace } from '../shared/http/wait-for-space.ts';
import { systemClock } from '../shared/runtime/clock.ts';
import { messageOf } from '../shared/runtime/errors.ts';
import { createLog } from '../shared/runtime/log.ts';
import { watchUnhandled } from '../shared/runtime/threads/unhandled.ts';
import { checkCloud } from './check-config.ts';
import { type RunningCloud, startCloud } from './cloud.ts';
import type { CloudConfig } from './config.ts';
import type { Trainer } from './ports/models/training.ts';

export interface CloudOptions {
  /** A TOML file; see config.ts. */
  config?: string;
  /** Data folder; wins over the file's. */
  data?: string;
  mqttPort?: number;
  httpPort?: number;
}

/** The checked configuration. @param warn gets what is probably not meant @throws ConfigError with all problems */
export function readCloudConfig(
  options: CloudOptions,
  warn: (warning: ConfigProblem) => void = () => {},
): CloudConfig & { dataDir: string } {
  const { config, problems, warnings } = checkCloudConfig(options, { files: true });
  refuse(problems);
  for (const warning of warnings) warn(warning);
  return { ...config!, dataDir: config!.dataDir ?? join(defaultDataDir(), 'cloud') };
}

/** Everything that is wrong with a configuration; with `files` in the files that it names too. */
export function checkCloudConfig(options: CloudOptions, { files = false } = {}): ReadConfig<CloudConfig> {
  const sources = {
    ...(options.config !== undefined && { file: options.config }),
    defaults: { dataDir: join(defaultDataDir(), 'cloud') },
    overrides: {
      dataDir: options.data,
      ingest: { port: options.mqttPort },
      api: { port: options.httpPort },
    },
  };
  return checkCloud(sources, { files });
}

/**
 * Runs the cloud until `signal` aborts, then stops it in order. If the disk is too full to start, it waits for space.
 * @throws HarbingerError whatever keeps it from starting
 */
export async function runCloud(
  options: CloudOptions,
  signal: AbortSignal,
  onStarted: (cloud: RunningCloud) => void = () => {},
  trainer?: Trainer,
): Promise<void> {
  const log = createLog('cloud');
  const config = readCloudConfig(options, (warning) =>
    log.warn({ setting: warning.key }, describeProblem(warning)),
  );
  useTimeZone(config);
  const broken = new AbortController();
  const endWatch = watchUnhandled({ clock: systemClock, log, fail: (error) => broken.abort(error) });
  const { dataDir, api } = config;
  // lmdb leaves a damaged heap behind, so nothing more may run in this process, not even what would stop it in order:
  // the store of readings is written by it too. The next process finds what it would after any kill.
  const failed = (error: Error) => {
    log.fatal(
      { cause: messageOf(error) },
      'the cloud cannot continue in this process, and ends; start it again',
    );
    process.kill(process.pid, 'SIGKILL');
  };
  const start = async () => {
    prepareDataDir(dataDir, 'cloud');
    checkDataFormat(dataDir, 'cloud');
    const readAgain = () => readCloudConfig(options);
    return startCloud(config, { dataDir, log, failed, readAgain, ...(trainer && { trainer }) });
  };
  const cloud = await startWithSpace(start, {
    dataDir,
    http: api,
    place: 'api',
    clock: systemClock,
    log,
    signal,
  });
  if (cloud === null) return;
  const withdraw = publishRunFile(
    dataDir,
    {
      role: 'cloud',
      pid: process.pid,
      startedAt: new Date(systemClock.nowMs()).toISOString(),
      mqttPort: cloud.mqttPort,
      httpPort: cloud.httpPort,
      ...httpAddress(api, cloud.httpPort),
    },
    { clock: systemClock, log },
  );
  process.on('SIGHUP', cloud.reload.atSignal);
  try {
    onStarted(cloud);
    await new Promise<void>((resolve) => {
      const ends = AbortSignal.any([signal, broken.signal]);
      if (ends.aborted) return resolve();
      ends.addEventListener('abort', () => resolve(), { once: true });
    });
    broken.signal.throwIfAborted();
  } finally {
    process.off('SIGHUP', cloud.reload.atSignal);
    withdraw();
    await cloud.stop();
    endWatch();
  }
  log.info('stopped in order: everything that was acknowledged is in the store');
}
