/** Gathers what the doctor judges. What cannot be seen is left out; nothing is changed, and every wait is limited. */
import { execFile } from 'node:child_process';
import { accessSync, constants, readdirSync, readFileSync, statSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describeProblem } from '../../../shared/config/problem.ts';
import { dataFormatName } from '../../../shared/data-format/data-format.ts';
import { freeBytesOf } from '../../../shared/files/free-space.ts';
import { ownVersion } from '../../../shared/files/paths.ts';
import { mqttAddress } from '../../../shared/mqtt/address.ts';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { validityWarnings } from '../certificates.ts';
import { checkSide } from '../config-sides.ts';
import { type Endpoint, findEndpoint, request, send } from '../http-client.ts';
import type { Facts, RunningFacts } from './findings.ts';

const waitMsMax = 5_000;
const cloudBytes = 1 << 30;

export interface Place {
  side: 'gateway' | 'cloud';
  configFile: string;
  dataDir: string;
}

/** The settings that the doctor looks at, as far as they are there. */
interface Settings {
  uplink?: { url?: string };
  journal?: { bytesMax?: number };
  broker?: { host: string; port: number };
  http?: { host: string; port: number };
  api?: { host: string; port: number };
  ingest?: { host: string; port: number };
  serial?: { ports?: { path: string }[] };
}

export async function gatherFacts({ side, configFile, dataDir }: Place): Promise<Facts> {
  const nowMs = systemClock.nowMs();
  const { config, problems, warnings } = await checkSide(side, configFile);
  const settings = (config ?? {}) as Settings;
  const running = await runningFacts(side, dataDir);
  const certificates = problems.length === 0 ? validityWarnings(config, nowMs) : [];
  return {
    side,
    nowMs,
    isClockSynchronised: await clockState(),
    dataDir,
    dataDirProblem: folderProblem(dataDir),
    freeBytes: await freeBytesOf(dataDir).catch(() => null),
    neededBytes: side === 'gateway' ? (settings.journal?.bytesMax ?? 0) : cloudBytes,
    wear: wearOf('/sys/block'),
    configFile,
    configProblems: problems.map(describeProblem),
    configWarnings: [...warnings.map(describeProblem), ...certificates],
    openFiles: openFilesIn(configFile),
    serialProblems: serialProblems(settings.serial?.ports ?? []),
    takenPorts: running === null ? await takenPorts(settings) : [],
    uplink: await uplinkFacts(settings.uplink?.url),
    running,
    ownVersion: ownVersion(),
  };
}

async function clockState(): Promise<boolean | null> {
  try {
    const args = ['show', '--property=NTPSynchronized', '--value'];
    const { stdout } = await promisify(execFile)('timedatectl', args, { timeout: waitMsMax });
    return stdout.trim() === 'yes';
  } catch {
    return null;
  }
}

function folderProblem(dataDir: string): string | null {
  try {
    if (!statSync(dataDir).isDirectory()) return 'it is not a folder';
    accessSync(dataDir, constants.R_OK | constants.W_OK | constants.X_OK);
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** Tenths of the life that eMMC and many SD cards say are used: two numbers, of which the larger one counts. */
export function wearOf(folder: string): Facts['wear'] {
  try {
    return readdirSync(folder).flatMap((device) => {
      try {
        const text = readFileSync(join(folder, device, 'device', 'life_time'), 'utf8');
        const usedTenths = Math.max(...text.trim().split(/\s+/).map(Number));
        return usedTenths > 0 ? [{ device, usedTenths }] : [];
      } catch {
        return [];
      }
    });
  } catch {
    return [];
  }
}

/** Files of the configuration that everybody may read although they name passwords or tokens. */
export function openFilesIn(configFile: string): string[] {
  const paths = [configFile];
  try {
    paths.push(...readdirSync(`${configFile}.d`).map((name) => join(`${configFile}.d`, name)));
  } catch {
    // There is no such folder.
  }
  return paths.filter((path) => {
    try {
      const isOpen = (statSync(path).mode & 0o004) !== 0;
      return (
        isOpen && /^[^#\n]*\b(password|token|secret)\w*\s*=\s*["'](?!\$\{)/im.test(readFileSync(path, 'utf8'))
      );
    } catch {
      return false;
    }
  });
}

function serialProblems(ports: readonly { path: string }[]): string[] {
  return ports.flatMap(({ path }) => {
    try {
      accessSync(path, constants.R_OK | constants.W_OK);
      return [];
    } catch (error) {
      return [messageOf(error)];
    }
  });
}

async function takenPorts(settings: Settings): Promise<Facts['takenPorts']> {
  const listeners = (['broker', 'http', 'api', 'ingest'] as const).flatMap((name) => {
    const { host, port } = settings[name] ?? {};
    return host !== undefined && port ? [{ setting: `${name}.port`, host, port }] : [];
  });
  const taken = await Promise.all(listeners.map(async (each) => ((await isTaken(each)) ? [each] : [])));
  return taken.flat().map(({ setting, port }) => ({ setting, port }));
}

function isTaken({ host, port }: { host: string; port: number }): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve('code' in error && error.code === 'EADDRINUSE'));
    server.listen({ host, port }, () => server.close(() => resolve(false)));
  });
}

async function uplinkFacts(url: string | undefined): Promise<Facts['uplink']> {
  if (url === undefined) return null;
  try {
    const { host, port = 1883 } = mqttAddress(url);
    return { url: url.replace(/\?.*/s, ''), problem: await connectProblem(host, port) };
  } catch (error) {
    return { url: '(not an address)', problem: messageOf(error) };
  }
}

function connectProblem(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: waitMsMax });
    const end = (problem: string | null) => {
      socket.destroy();
      resolve(problem);
    };
    socket.once('connect', () => end(null));
    socket.once('timeout', () => end(`no answer within ${waitMsMax / 1_000} s`));
    socket.once('error', (error) => end(messageOf(error)));
  });
}

async function runningFacts(side: 'gateway' | 'cloud', dataDir: string): Promise<RunningFacts | null> {
  let endpoint: Endpoint;
  try {
    endpoint = findEndpoint(side, { data: dataDir });
    await request(endpoint, 'GET', '/healthz');
  } catch {
    return null;
  }
  const status = await answerOf(endpoint, '/api/status');
  const ready = await reasonsOf(endpoint);
  const blocks = Object.values((status?.backlog ?? {}) as Record<string, { blocks?: number }>);
  const uplink = status?.uplink as { connected?: boolean } | null | undefined;
  const intelligence = status?.intelligence as { model?: { state?: string } } | undefined;
  return {
    url: endpoint.url,
    version: writtenBy(dataDir),
    reasons: ready,
    modelState: intelligence?.model?.state ?? null,
    backlogBlocks: side === 'gateway' ? blocks.reduce((sum, lane) => sum + (lane.blocks ?? 0), 0) : null,
    isConnected: uplink?.connected ?? null,
    settings: settingsOf(status),
  };
}

interface SettingShown {
  kind: string;
  body: { setting: string; value: unknown };
  who: string;
  why: string;
  state: string;
  problem?: string;
}

/** Settings of which the file is not the last word, with who wants them, and why. */
function settingsOf(status: Record<string, unknown> | null): string[] {
  const { documents = [] } = (status?.fleet ?? {}) as { documents?: SettingShown[] };
  return documents
    .filter(({ kind, state }) => kind === 'settings' && (state === 'in-force' || state === 'preparing'))
    .map(({ body: { setting, value }, who, why, problem }) => {
      const source = `from the cloud, in place of the configuration file (${who}: ${why})`;
      return `${setting} is ${JSON.stringify(value)}, ${source}${problem === undefined ? '' : `; ${problem}`}`;
    });
}

/** The version of the process: it notes it in its data folder when it starts. */
function writtenBy(dataDir: string): string | null {
  try {
    const noted = JSON.parse(readFileSync(join(dataDir, dataFormatName), 'utf8')) as { writtenBy?: unknown };
    return typeof noted.writtenBy === 'string' ? noted.writtenBy : null;
  } catch {
    return null;
  }
}

async function answerOf(endpoint: Endpoint, path: string): Promise<Record<string, unknown> | null> {
  try {
    return (await request(endpoint, 'GET', path)) as Record<string, unknown>;
  } catch {
    return null;
  }
}

/** Why it is not ready: the answer is an error then, whose body has the reasons. */
async function reasonsOf(endpoint: Endpoint): Promise<string[]> {
  try {
    const response = await send(endpoint, 'GET', '/readyz', undefined, AbortSignal.timeout(waitMsMax));
    const { reasons } = (await response.json()) as { reasons?: unknown };
    return Array.isArray(reasons) ? reasons.map(String) : [];
  } catch (error) {
    return [messageOf(error)];
  }
}
