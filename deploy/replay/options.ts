import { randomBytes } from 'node:crypto';
import { isIdentifier } from '../../shared/contract/topics.ts';
import type { MachineType } from '../../shared/domain/machine-type.ts';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';

export const formats = ['csv', 'cmapss'] as const;
export type ReplayFormat = (typeof formats)[number];

export interface ReplayOptions {
  file: string;
  /** Name of a machine type: says which columns are sensors. */
  type: string;
  /** Multiplies the recorded pace; `max`: as fast as acknowledgements allow. Default 1. */
  speed?: number | 'max';
  /** Seen from the file's first line if absent. */
  format?: ReplayFormat;
  /** Site in the topics. Default: the type's name. */
  site?: string;
  /** The machine of every row of a CSV, whatever its columns say. Default: its machine column, else the file's name. */
  machine?: string;
  machineColumn?: string;
  timeColumn?: string;
  /** Recorded pace, in rows a second and machine, where the file has no times. Default 1. */
  rowsPerSecond?: number;
  /** `now` (default): the gateway's clock stamps the readings; `original`: the recorded time goes with them. */
  timestamps?: 'now' | 'original';
  /** At an engine's last row, say that it has failed (C-MAPSS training files). Default true. */
  announceFailures?: boolean;
  /** Send readings that the gateway takes for new ones, though this file was replayed before. */
  again?: boolean;
  mqttUrl?: string;
  username?: string;
  password?: string;
  /** Messages sent and not acknowledged. Default 256. */
  inFlightMax?: number;
  /** Gives up after so long without any progress. Default 10 minutes. */
  patienceMs?: number;
  /** Own machine types, beside the built-in ones. */
  machineTypesDir?: string;
}

export type FullReplayOptions = Required<
  Omit<ReplayOptions, 'format' | 'machine' | 'machineColumn' | 'timeColumn' | 'username' | 'password'>
> &
  Pick<ReplayOptions, 'format' | 'machine' | 'machineColumn' | 'timeColumn' | 'username' | 'password'>;

export function fullOptions(options: ReplayOptions): FullReplayOptions {
  const full: FullReplayOptions = {
    speed: 1,
    site: options.type,
    rowsPerSecond: 1,
    timestamps: 'now',
    announceFailures: true,
    again: false,
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

/** Wrong use of the command. */
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

/** Makes the ids of a repeated replay different from the first one's. */
export function replayNonce(): string {
  return randomBytes(3).toString('hex');
}
