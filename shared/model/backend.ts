import { createRequire } from 'node:module';
import { dirname, join, sep } from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { messageOf } from '../runtime/errors.ts';
import type { BackendName, BackendPreference, ChosenBackend } from './backend-names.ts';

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedFunctions(): void {
  const functions = util as unknown as Record<string, unknown>;
  functions.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  functions.isArray ??= Array.isArray;
}

const loaders: Record<BackendName, () => Promise<unknown>> = {
  tensorflow: () => {
    restoreRemovedFunctions();
    // The dependency is optional. A variable hides its name from the compiler, which would otherwise demand its types.
    const name: string = '@tensorflow/tfjs-node';
    return import(name);
  },
  wasm: async () => {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    // The package's .wasm files stay in its own folder when its code is bundled.
    const { resolve } = createRequire(import.meta.url);
    wasm.setWasmPaths(join(dirname(resolve('@tensorflow/tfjs-backend-wasm/package.json')), 'dist') + sep);
    wasm.setThreadsCount(1);
  },
  cpu: () => import('@tensorflow/tfjs-backend-cpu'),
};

const order: Record<BackendPreference, BackendName[]> = {
  auto: ['tensorflow', 'wasm', 'cpu'],
  native: ['tensorflow', 'wasm', 'cpu'],
  wasm: ['wasm', 'cpu'],
  cpu: ['cpu'],
};

/**
 * Loads the best backend that works on this machine and makes it TensorFlow.js's current one. Plain JavaScript always
 * works.
 */
export async function chooseBackend(preference: BackendPreference): Promise<ChosenBackend> {
  // Otherwise the plain backend recommends the native one on the console; why that is not used is in `unavailable`.
  tf.enableProdMode();
  const unavailable: string[] = [];
  for (const name of order[preference]) {
    try {
      await loaders[name]();
      if (await tf.setBackend(name)) return { name, unavailable };
      unavailable.push(`${name}: it did not start`);
    } catch (error) {
      unavailable.push(`${name}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new Error(`no TensorFlow.js backend works: ${unavailable.join('; ')}`);
}
