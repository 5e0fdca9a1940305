import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIdentifier } from '../../shared/contract/topics.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { readProblem } from '../../shared/files/read-problem.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import { randomHex, systemRandom } from '../../shared/runtime/random.ts';

export const formats = ['csv', 'cmapss'] as const;
export type ReplayFormat = (typeof formats)[number];

export interface ReplayOptions {
  file: string;
  /** Name of a machine type, which determines the columns that are sensors. */
  type: string;
  /** Factor on the recorded pace; `max` sends as fast as acknowledgements allow. Default 1. */
  speed?: number | 'max';
  /** Detected from the file's first line if absent. */
  format?: ReplayFormat;
  /** Site in the topics. Default: the type's name. */
  site?: string;
  /**
   * Machine of every row of a CSV, whatever its columns say. Default: its machine column, else the file's
   * name.
   */
  machine?: string;
  machineColumn?: string;
  timeColumn?: string;
  /** Recorded pace in rows per second and machine, for files without times. Default 1. */
  rowsPerSecond?: number;
  /**
   * `now` (default): the gateway's clock stamps the readings. `original`: the recorded time is sent with
   * them.
   */
  timestamps?: 'now' | 'original';
  /** The decimal mark of a CSV. Default: decided for each column by its numbers. */
  decimal?: '.' | ',';
  /**
   * How far recorded times may be behind, in days, with `timestamps: original`: what the gateway accepts as
   * `timestamps.behindMsMax`. Default 7.
   */
  behindDaysMax?: number;
  /** Whether to announce a failure after an engine's last row (C-MAPSS training files). Default true. */
  announceFailures?: boolean;
  /** Whether to send the readings under new identities although the file was replayed before. */
  again?: boolean;
  mqttUrl?: string;
  username?: string;
  password?: string;
  /** Largest number of unacknowledged messages. Default 256. */
  inFlightMax?: number;
  /** How long to wait without any progress before giving up. Default 10 minutes. */
  patienceMs?: number;
  /** Folder with additional machine types. */
  machineTypesDir?: string;
  /** PEM file of the authority that signed the gateway's certificate. */
  caFile?: string;
}

/** Options without a default. */
type Absent =
  | 'format'
  | 'machine'
  | 'machineColumn'
  | 'timeColumn'
  | 'username'
  | 'password'
  | 'decimal'
  | 'caFile';

export type FullReplayOptions = Required<Omit<ReplayOptions, Absent>> & Pick<ReplayOptions, Absent>;

export function fullOptions(options: ReplayOptions): FullReplayOptions {
  const full: FullReplayOptions = {
    speed: 1,
    site: options.type,
    rowsPerSecond: 1,
    timestamps: 'now',
    announceFailures: true,
    again: false,
    behindDaysMax: 7,
    mqttUrl: 'mqtt://127.0.0.1:1883',
    inFlightMax: 256,
    patienceMs: 600_000,
    machineTypesDir: builtInTypesDir,
    ...options,
  };
  if (!isIdentifier(full.site)) throw wrong(`site '${full.site}' is not a plain name`);
  if (full.machine !== undefined && !isIdentifier(full.machine)) {
    throw wrong(`machine '${full.machine}' is not a plain name`);
  }
  return full;
}

/** Creates the error for wrong use of the command. */
export function wrong(message: string): HarbingerError {
  return new HarbingerError('USAGE', 'cli', message);
}

export function machineTypeOf(options: FullReplayOptions): MachineType {
  const folders = [...new Set([builtInTypesDir, options.machineTypesDir])];
  const types = loadMachineTypes(folders);
  const type = types.get(options.type);
  if (type) return type;
  throw wrong(`no machine type '${options.type}'; there are: ${[...types.keys()].join(', ')}`);
}

/** Reads the certificate of the authority that `--ca-file` names. @throws HarbingerError USAGE */
export function authorityOf({ caFile, mqttUrl }: FullReplayOptions): Buffer | undefined {
  if (caFile === undefined) return undefined;
  const isEncrypted = /^(mqtts|wss|ssl|tls):/.test(mqttUrl);
  if (!isEncrypted)
    throw wrong(`--ca-file is for an encrypted connection, and ${mqttUrl} is not: say --mqtt-url mqtts://…`);
  let pem: Buffer;
  try {
    pem = readFileSync(caFile);
  } catch (error) {
    throw wrong(`--ca-file ${caFile} cannot be read: ${readProblem(error)}`);
  }
  try {
    new X509Certificate(pem);
  } catch {
    throw wrong(`--ca-file ${caFile} has something other than a certificate in PEM format`);
  }
  return pem;
}

/** Makes the ids of a repeated replay differ from those of the first. */
export function replayNonce(): string {
  return randomHex(systemRandom, 3);
}
