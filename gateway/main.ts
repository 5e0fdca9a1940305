import { join } from 'node:path';
import { type ConfigProblem, describeProblem, refuse } from '../shared/config/problem.ts';
import { useTimeZone } from '../shared/config/time-zone.ts';
import { checkDataFormat } from '../shared/data-format/data-format.ts';
import type { MachineType } from '../shared/domain/machine-type.ts';
import { prepareDataDir } from '../shared/files/data-dir.ts';
import { defaultDataDir } from '../shared/files/paths.ts';
import { httpAddress, publishRunFile } from '../shared/files/run-file.ts';
import { withToken } from '../shared/http/api-token.ts';
import { startWithSpace } from '../shared/http/wait-for-space.ts';
import { type Clock, continuedClock, systemClock } from '../shared/runtime/clock.ts';
import { HarbingerError, messageOf } from '../shared/runtime/errors.ts';
import { createLog, type Log } from '../shared/runtime/log.ts';
import { systemRandom } from '../shared/runtime/random.ts';
import { watchUnhandled } from '../shared/runtime/threads/unhandled.ts';
import { type CheckedGateway, checkGateway } from './check-config.ts';
import type { GatewayConfig } from './config.ts';
import { type RunningGateway, startGateway } from './gateway.ts';
import { newestTime } from './journal/segments/newest-time.ts';

export interface GatewayOptions {
  /** A TOML file; see config.ts. */
  config?: string;
  /** Data folder; overrides that of the file. */
  data?: string;
  mqttPort?: number;
  httpPort?: number;
}

/**
 * Returns the checked configuration with its machine types. @param warn gets what is probably not meant
 * @throws ConfigError with all problems
 */
export function readGatewayConfig(
  options: GatewayOptions,
  warn: (warning: ConfigProblem) => void = () => {},
): {
  config: GatewayConfig;
  types: Map<string, MachineType>;
} {
  const { config, types, problems, warnings } = checkGatewayConfig(options, { files: true });
  refuse(problems);
  for (const warning of warnings) warn(warning);
  return { config: config!, types };
}

/** Returns all problems of a configuration; with `files`, also those of the PEM files that it names. */
export function checkGatewayConfig(options: GatewayOptions, { files = false } = {}): CheckedGateway {
  const sources = {
    ...(options.config !== undefined && { file: options.config }),
    defaults: { dataDir: join(defaultDataDir(), 'gateway') },
    overrides: {
      dataDir: options.data,
      broker: { port: options.mqttPort },
      http: { port: options.httpPort },
    },
  };
  return checkGateway(sources, { files });
}

/**
 * Runs a gateway until `signal` aborts, then stops it in order. If the disk is too full to start, it waits for space.
 * @throws HarbingerError whatever has prevented its start, or has ended it
 */
export async function runGateway(
  options: GatewayOptions,
  signal: AbortSignal,
  onStarted: (gateway: RunningGateway) => void = () => {},
): Promise<void> {
  const log = createLog('gateway');
  const { config, types } = readGatewayConfig(options, (warning) =>
    log.warn({ setting: warning.key }, describeProblem(warning)),
  );
  useTimeZone(config);
  const broken = new AbortController();
  const endWatch = watchUnhandled({ clock: systemClock, log, fail: (error) => broken.abort(error) });
  const { dataDir } = config;
  const { http } = config;
  const readAgain = () => {
    const next = readGatewayConfig(options).config;
    return { ...next, http: withToken(next.http, dataDir, log) };
  };
  const start = () => startOnce(config, types, { log, signal, broken: broken.signal, readAgain });
  const running = await startWithSpace(start, {
    dataDir,
    http,
    place: 'http',
    clock: systemClock,
    log,
    signal,
  });
  if (running === null) return;
  const { gateway, clock, over } = running;
  const withdraw = publishRunFile(
    dataDir,
    {
      role: 'gateway',
      pid: process.pid,
      startedAt: new Date(clock.nowMs()).toISOString(),
      ...gateway.ports,
      ...httpAddress(http, gateway.ports.httpPort),
    },
    { clock, log },
  );
  process.on('SIGHUP', gateway.reload.atSignal);
  try {
    onStarted(gateway);
    if (!clock.isSet()) reportUnsetClock(clock, log, signal);
    await over;
  } catch (error) {
    const stack = error instanceof Error && !(error instanceof HarbingerError) ? error.stack : undefined;
    log.fatal({ cause: messageOf(error), stack }, 'the gateway cannot continue; start it again');
    throw error;
  } finally {
    process.off('SIGHUP', gateway.reload.atSignal);
    withdraw();
    await gateway.stop();
    endWatch();
  }
  log.info('stopped in order: everything that was acknowledged is on disk');
}

/** Starts a gateway. `over` resolves when `signal` aborts, and rejects when `broken` does, or the gateway cannot continue. */
async function startOnce(
  config: GatewayConfig,
  types: Map<string, MachineType>,
  {
    log,
    signal,
    broken,
    readAgain,
  }: { log: Log; signal: AbortSignal; broken: AbortSignal; readAgain: () => GatewayConfig },
) {
  const { dataDir } = config;
  prepareDataDir(dataDir, 'gateway');
  checkDataFormat(dataDir, 'gateway');
  const http = withToken(config.http, dataDir, log);
  let fail: (error: Error) => void = () => {};
  const over = new Promise<void>((resolve, reject) => {
    fail = reject;
    signal.addEventListener('abort', () => resolve(), { once: true });
    if (signal.aborted) resolve();
    broken.addEventListener('abort', () => reject(broken.reason as Error), { once: true });
    if (broken.aborted) reject(broken.reason as Error);
  });
  over.catch(() => {}); // it may reject before it is awaited
  const clock = continuedClock(systemClock, newestTime(join(dataDir, 'journal')));
  const parts = { clock, random: systemRandom, log, failed: (error: Error) => fail(error), readAgain };
  return { gateway: await startGateway({ ...config, http }, types, parts), clock, over };
}

const lookMs = 1_000;

/** Logs that the clock is not set, and again when it is. */
function reportUnsetClock(clock: Clock & { isSet(): boolean }, log: Log, signal: AbortSignal): void {
  const time = new Date(clock.nowMs()).toISOString();
  log.warn(
    { time },
    'the system clock is not set: time continues from the newest known one, and times that devices send are accepted; ' +
      'set it (NTP, or a clock with a battery), or arrival times and the checks of certificates will be wrong',
  );
  const look = () => {
    if (signal.aborted) return;
    if (clock.isSet()) log.info('the system clock is set now');
    else clock.setTimer(lookMs, look);
  };
  look();
}
