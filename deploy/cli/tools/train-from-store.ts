import { userInfo } from 'node:os';
import { builtInTypesDir, loadMachineTypes } from '../../../shared/domain/machine-types.ts';
import { bundleOf } from '../../../shared/model/trust/bundle.ts';
import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { endWithInput } from '../../retrain/ends-with-input.ts';
import { type CloudApi, type Retrained, retrain } from '../../retrain/main.ts';
import { type Endpoint, fetchBytes, findEndpoint, request, upload } from '../http-client.ts';
import type { ReachOptions } from '../options.ts';
import { printJson } from '../output.ts';

export interface TrainFlags extends ReachOptions {
  from?: 'store';
  subset?: string;
  seed: number;
  out?: string;
  key?: string;
}

export interface StoreFlags extends TrainFlags {
  machineType?: string;
  machineTypes?: string;
  since?: number;
  until?: number;
  livesMin: number;
  holdBack: number;
  rowsMax: number;
  epochs?: number;
  champion?: string;
  modelVersion?: string;
  tolerance: number;
  shadow: 'if-not-worse' | 'always' | 'never';
  machines?: string[];
  push: boolean;
  sign: boolean;
  by?: string;
}

export type FromStore = Omit<StoreFlags, 'sign'> & {
  machineType: string;
  out: string;
  sign(folder: string): string | null;
  signal: AbortSignal;
};

/** Trains from the store, and prints what came of it. */
export async function runFromStore(flags: FromStore): Promise<Retrained> {
  endWithInput();
  const folders =
    flags.machineTypes === undefined ? [builtInTypesDir] : [builtInTypesDir, flags.machineTypes];
  const types = loadMachineTypes(folders);
  const type = types.get(flags.machineType);
  if (!type)
    throw new HarbingerError(
      'MODEL_UNKNOWN',
      'config',
      `no machine type '${flags.machineType}'; types are ${[...types.keys()].join(', ')}`,
    );
  // One that never answers must not keep a process that was told to end.
  const endpoint = { ...findEndpoint('cloud', flags), signal: flags.signal };
  const output = (line: string) => void (flags.json ? process.stderr : process.stdout).write(`${line}\n`);
  const done = await retrain({
    ...{ cloud: cloudAt(endpoint, flags.by ?? userInfo().username), type, out: flags.out, seed: flags.seed },
    ...{ livesMin: flags.livesMin, heldBackShare: flags.holdBack, rowsMax: flags.rowsMax },
    ...{ sinceMs: flags.since ?? null, untilMs: flags.until ?? null, champion: flags.champion ?? null },
    ...{ tolerance: flags.tolerance, shadow: flags.shadow, isPushed: flags.push },
    ...(flags.modelVersion !== undefined && { version: flags.modelVersion }),
    ...(flags.epochs !== undefined && { epochs: flags.epochs }),
    ...(flags.machines && { machines: flags.machines }),
    ...{ sign: flags.sign, output, signal: flags.signal },
  });
  if (flags.json) printJson(done);
  else output(`written to ${done.folder}`);
  return done;
}

function cloudAt(endpoint: Endpoint, who: string): CloudApi {
  return {
    get: (path) => request(endpoint, 'GET', path),
    bytes: (path) => fetchBytes(endpoint, path),
    async push(folder) {
      await upload(endpoint, '/api/models', bundleOf(folder));
    },
    async want(body, why) {
      await request(endpoint, 'POST', '/api/fleet', { kind: 'models', body, who, why });
    },
  };
}
