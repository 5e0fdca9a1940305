import { createRequire } from 'node:module';
import { dirname, sep } from 'node:path';
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
    // An optional dependency: the name is kept from the compiler, which would insist on its types.
    const name: string = '@tensorflow/tfjs-node';
    return import(name);
  },
  wasm: async () => {
    const wasm = await import('@tensorflow/tfjs-backend-wasm');
    // Its binaries stay in its own folder when its code is bundled.
    const { resolve } = createRequire(import.meta.url);
    wasm.setWasmPaths(dirname(resolve('@tensorflow/tfjs-backend-wasm')) + sep);
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

/** Loads the best backend that works on this machine and makes it TensorFlow.js's current one. Always finds one. */
export async function chooseBackend(preference: BackendPreference): Promise<ChosenBackend> {
  // Keeps the plain backend from advertising the native one on the console; its reasons are in `passedOver`.
  tf.enableProdMode();
  const passedOver: string[] = [];
  for (const name of order[preference]) {
    try {
      await loaders[name]();
      if (await tf.setBackend(name)) return { name, passedOver };
      passedOver.push(`${name}: it did not start`);
    } catch (error) {
      passedOver.push(`${name}: ${messageOf(error).split('\n')[0]}`);
    }
  }
  throw new Error(`no TensorFlow.js backend works: ${passedOver.join('; ')}`);
}
