import { join } from 'node:path';
import { systemClock } from '../shared/runtime/clock.ts';
import { loadConfig } from '../shared/runtime/config.ts';
import { prepareDataDir } from '../shared/runtime/data-dir.ts';
import { HarbingerError } from '../shared/runtime/errors.ts';
import { createLog } from '../shared/runtime/log.ts';
import { defaultDataDir } from '../shared/runtime/paths.ts';
import { localUrl, removeRunFile, writeRunFile } from '../shared/runtime/run-file.ts';
import { checkAlertFiles, createAlertRules } from './alerts/alerts.ts';
import { type RunningCloud, startCloud } from './cloud.ts';
import { CloudConfig } from './config.ts';
import { createCredentials } from './ingest/credentials.ts';
import { readTlsFiles } from './ingest/listener.ts';
import { storeConfigProblems } from './store/config.ts';

export interface CloudOptions {
  /** A TOML file; see config.ts. */
  config?: string;
  /** Data folder; wins over the file's. */
  data?: string;
  mqttPort?: number;
  httpPort?: number;
}

/** The checked configuration. @throws HarbingerError CONFIG_* */
export function readCloudConfig(options: CloudOptions): CloudConfig & { dataDir: string } {
  const config = loadConfig(CloudConfig, {
    ...(options.config !== undefined && { file: options.config }),
    overrides: {
      dataDir: options.data,
      ingest: { port: options.mqttPort },
      api: { port: options.httpPort },
    },
  });
  checkConfig(config);
  return { ...config, dataDir: config.dataDir ?? join(defaultDataDir(), 'cloud') };
}

/** What a schema cannot say. */
function checkConfig(config: CloudConfig): void {
  createCredentials(config.gateways, systemClock);
  createAlertRules(config.alerts);
  const problems = storeConfigProblems(config.store);
  if (problems.length > 0)
    throw new HarbingerError('CONFIG_INVALID', 'config', `config: ${problems.join('; ')}`);
}

/** The certificates and keys that a configuration names. @throws HarbingerError INGEST_TLS_FILES, ALERTS_TLS_FILES */
export function checkCloudFiles({ ingest, alerts }: CloudConfig): void {
  if (ingest.tls) readTlsFiles(ingest.tls);
  checkAlertFiles(alerts);
}

/**
 * Runs the cloud until `signal` aborts, then stops it in order.
 * @throws HarbingerError whatever keeps it from starting
 */
export async function runCloud(
  options: CloudOptions,
  signal: AbortSignal,
  onStarted: (cloud: RunningCloud) => void = () => {},
): Promise<void> {
  const config = readCloudConfig(options);
  prepareDataDir(config.dataDir, 'cloud');
  const cloud = await startCloud(config, { dataDir: config.dataDir, log: createLog('cloud') });
  const { host } = config.api;
  writeRunFile(config.dataDir, {
    role: 'cloud',
    pid: process.pid,
    startedAt: new Date(systemClock.nowMs()).toISOString(),
    mqttPort: cloud.mqttPort,
    httpPort: cloud.httpPort,
    httpUrl: localUrl(host, cloud.httpPort),
  });
  onStarted(cloud);
  await new Promise<void>((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
  removeRunFile(config.dataDir);
  await cloud.stop();
}
