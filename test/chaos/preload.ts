/**
 * Loaded into a product process before its own code (`node --import`), in each of its threads: shifts the wall clock by
 * an offset that can be changed from outside, and ends or hangs one of its worker threads on request. The product knows
 * nothing of it. Orders come in a small JSON file, named by the environment and read again a few times a second.
 */
import { readFileSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';

/** What the file may say. */
export interface Orders {
  clockOffsetMs?: number;
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
      // It is being written: what it said before holds a little longer.
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

/** The product's threads are known by what they are started with. */
function ownName(): WorkerName | null {
  if (isMainThread || typeof workerData !== 'object' || workerData === null) return null;
  if ('backend' in workerData) return 'model';
  return 'config' in workerData ? 'data' : null;
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

shiftClock();
const name = ownName();
if (name) obey(name);
