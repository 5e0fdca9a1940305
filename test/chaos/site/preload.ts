/**
 * Loaded into a product process before its own code (`node --import`), in each of its threads. It shifts the wall clock
 * by an offset that can be changed from outside, stops or hangs one of the worker threads on request, and makes the
 * files of the data thread (the journal's) fail. The product is not aware of it. Orders come in a small JSON file,
 * named by an environment variable and read a few times a second.
 */
import { readFileSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { isMainThread, workerData } from 'node:worker_threads';

/** Content of the orders file. */
export interface Orders {
  clockOffsetMs?: number;
  /** `full`: a write writes half of its bytes and fails. `unreadable`: no read succeeds. */
  disk?: 'well' | 'full' | 'unreadable';
  /** Done once for each new number. */
  thread?: { number: number; which: WorkerName; action: 'die' | 'hang'; hangMs?: number };
}

export type WorkerName = 'model' | 'data';

const path = process.env.CHAOS_ORDERS;
const rereadMs = 25;
const realNow = Date.now.bind(Date);
let orders: Orders = {};
let readAtMs = Number.NEGATIVE_INFINITY;

function current(): Orders {
  const nowMs = performance.now();
  if (path !== undefined && nowMs - readAtMs >= rereadMs) {
    readAtMs = nowMs;
    try {
      orders = JSON.parse(readFileSync(path, 'utf8')) as Orders;
    } catch {
      // The file is being written: the earlier orders stay in force a little longer.
    }
  }
  return orders;
}

function shiftClock(): void {
  const RealDate = Date;
  const now = () => realNow() + (current().clockOffsetMs ?? 0);
  Date.now = now;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget) as object,
    apply: () => new RealDate(now()).toString(),
  });
}

/** Recognises the product's threads by their worker data. */
function ownName(): WorkerName | null {
  if (isMainThread || typeof workerData !== 'object' || workerData === null) return null;
  if ('backend' in workerData) return 'model';
  return 'thread' in workerData && workerData.thread === 'data' ? 'data' : null;
}

function obey(name: WorkerName): void {
  let done = current().thread?.number ?? 0;
  const timer = setInterval(() => {
    const { thread } = current();
    if (!thread || thread.number === done) return;
    done = thread.number;
    if (thread.which !== name) return;
    if (thread.action === 'die') process.exit(7);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, thread.hangMs);
  }, rereadMs);
  timer.unref();
}

function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

async function injectDiskFaults(): Promise<void> {
  const any = await open('/dev/null');
  const files = Object.getPrototypeOf(any) as Pick<FileHandle, 'read' | 'writev'>;
  await any.close();
  const { read, writev } = files;
  files.read = function (this: FileHandle, ...args: unknown[]) {
    if (current().disk === 'unreadable') return Promise.reject(systemError('EIO'));
    return Reflect.apply(read, this, args) as ReturnType<typeof read>;
  } as typeof read;
  files.writev = async function (this: FileHandle, buffers: readonly Uint8Array[], position?: number) {
    if (current().disk !== 'full') return Reflect.apply(writev, this, [buffers, position]);
    const whole = Buffer.concat(buffers);
    await Reflect.apply(writev, this, [[whole.subarray(0, whole.length >> 1)], position]);
    throw systemError('ENOSPC');
  } as typeof writev;
}

/** A mistake in the product, as it were: reading a message with this text does not end. */
const endless = '"never read"';

function readForEver(): void {
  const parse = JSON.parse;
  JSON.parse = (text: string, ...rest: []) => {
    // It computes: work that only waits is not taken for endless.
    while (text.includes(endless));
    return parse(text, ...rest) as unknown;
  };
}

shiftClock();
const name = ownName();
if (name) obey(name);
if (name === 'data') {
  readForEver();
  await injectDiskFaults();
}
