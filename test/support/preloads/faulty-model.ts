/**
 * Loaded into a gateway before its own code (`node --import`), in each of its threads. It makes the worker of a model faulty on
 * request, as a network or a library that it loads could; the gateway is not aware of it. Orders come in a small JSON file that an
 * environment variable names.
 */
import { readFileSync } from 'node:fs';
import { isMainThread, parentPort, workerData } from 'node:worker_threads';

export interface ModelOrder {
  /** Each number is done once; `nan` and `slow` last until the next one. */
  number: number;
  fault: 'none' | 'die' | 'hang' | 'nan' | 'slow' | 'grow';
  /** An answer of a slow model takes a hundred times as long, and at least so long. */
  slowMsMin?: number;
}

const path = process.env.FAULTY_MODEL_ORDERS;
const rereadMs = 20;
const slowness = 100;
let order: ModelOrder = { number: 0, fault: 'none' };

function read(): ModelOrder {
  try {
    return JSON.parse(readFileSync(path!, 'utf8')) as ModelOrder;
  } catch {
    // The file is being written, or nothing was ordered yet.
    return order;
  }
}

function rest(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

/** Fills the heap with what cannot be collected. */
function grow(): never {
  const kept: number[][] = [];
  for (;;) kept.push(new Array<number>(1_000_000).fill(kept.length));
}

function obey(): void {
  const next = read();
  if (next.number === order.number) return;
  order = next;
  if (order.fault === 'die') process.exit(7);
  if (order.fault === 'grow') grow();
  // It computes, so that only a bound on its time can end it.
  if (order.fault === 'hang') for (;;);
}

if (path !== undefined && !isMainThread && parentPort && workerData?.sources && workerData.backend) {
  order = read();
  setInterval(obey, rereadMs).unref();
  const { postMessage } = parentPort;
  let askedAtMs = performance.now();
  parentPort.on('message', () => {
    askedAtMs = performance.now();
  });
  parentPort.postMessage = function (this: typeof parentPort, message: Record<string, unknown>, ...more) {
    if (message.kind === 'scored') {
      if (order.fault === 'slow')
        rest(Math.max(order.slowMsMin ?? 0, (slowness - 1) * (performance.now() - askedAtMs)));
      if (order.fault === 'nan') (message.lives as Float32Array).fill(Number.NaN);
    }
    Reflect.apply(postMessage, this, [message, ...more]);
  } as typeof postMessage;
}
