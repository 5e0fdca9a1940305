/** Entry of the data thread: the data plane behind a message port. */
import { join } from 'node:path';
import { type MessagePort, parentPort } from 'node:worker_threads';
import { timeLimited } from '../../shared/runtime/budget.ts';
import { continuedClock, systemClock } from '../../shared/runtime/clock.ts';
import { createLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { fromWire, toWire } from '../../shared/runtime/threads/wire-error.ts';
import { newestTime } from '../journal/segments/newest-time.ts';
import { Asked } from './maintenance/asked.ts';
import type { DataThreadData, FromData, SlabOutcome, ToData } from './messages.ts';
import { type DataPlane, startDataPlane } from './plane.ts';
import { buffersOf, RowsToSend } from './rows-to-send.ts';
import type { Exceptions } from './settle.ts';
import type { SlabNote } from './slabs/slab.ts';
import { NameTexts, SlabReaders } from './slabs/slab-reader.ts';
import { Pulse } from './stuck/pulse.ts';

const wireError = (error: unknown) => toWire(error, { code: 'DATA_THREAD', stage: 'journal' });

/** Without `messages` an error would be that of all of them. */
const onWire = ({ unkept, retainedNotReadings }: Exceptions): SlabOutcome => ({
  error: unkept ? wireError(unkept.error) : null,
  messages: unkept?.messages ?? [],
  retainedNotReadings,
});

const carefulText =
  'the gateway has ended over a message (DATA_THREAD_STUCK): until it is stopped in order and started again, each message is read under a time limit and not by layouts, which costs some speed';

type Later = Exclude<ToData, { kind: 'start' }>;

/** Starts the data plane; resolves to what takes the further messages. */
async function serve(port: MessagePort, init: DataThreadData): Promise<(message: Later) => void> {
  const send = (message: FromData, transfer: ArrayBuffer[] = []) => port.postMessage(message, transfer);
  const rows = new RowsToSend((columns) => send({ kind: 'columns', columns }, buffersOf(columns)));
  const log = createLog('data');
  if (init.suspects) log.warn(carefulText);
  const pulse = new Pulse(init.pulse);
  pulse.own();
  const asked = new Asked(systemClock);
  const plane: DataPlane = await startDataPlane(init, {
    clock: continuedClock(systemClock, newestTime(join(init.config.dataDir, 'journal'))),
    random: systemRandom,
    limited: timeLimited(init.config.decodeMsMax),
    pulse,
    suspects: init.suspects,
    log,
    columns: (batch) => rows.add(batch),
    lifecycle(notice) {
      rows.flush();
      send({ kind: 'lifecycle', notice });
    },
    ended(alerts) {
      rows.flush();
      send({ kind: 'ended', alerts });
    },
    fleet: (message) => send({ kind: 'fleet', message }),
    model: (message) => send({ kind: 'model', message }),
    maintenance: (report) => asked.done((id) => send({ kind: 'maintenance', id, report })),
  });
  const names = new NameTexts();
  const readers = new SlabReaders(names);
  const take = async (slab: SlabNote) => {
    const { id, bytes } = slab;
    const reader = readers.of(slab);
    let outcome: SlabOutcome = { error: null };
    try {
      const exceptions = await plane.take((each) => reader.read(bytes, each));
      if (exceptions) outcome = onWire(exceptions);
    } catch (thrown) {
      outcome = { error: wireError(thrown) };
    }
    const columns = rows.take();
    send({ kind: 'settled', id, outcome, columns }, buffersOf(columns));
  };
  const call = async ({ id, method, args }: Extract<ToData, { kind: 'call' }>) => {
    try {
      const run = plane.calls[method] as (...args: unknown[]) => Promise<unknown>;
      const value = await run(...args);
      rows.flush(); // what the call changed for the windows comes before its answer
      send({ kind: 'result', id, value, error: null });
    } catch (thrown) {
      send({ kind: 'result', id, value: null, error: wireError(thrown) });
    }
  };
  // Replayed rows must reach the windows before new ones.
  rows.flush();
  send({ kind: 'ready' });
  return (message) => {
    if (message.kind === 'slab') void take(message.slab);
    else if (message.kind === 'call') void call(message);
    else if (message.kind === 'maintained')
      asked.answered(message.id, message.error && fromWire(message.error));
    else if (message.kind === 'fleet') plane.sayFleet(Buffer.from(message.message));
    else if (message.kind === 'model') plane.askModel(Buffer.from(message.message));
    else plane.estimates(message.lines);
  };
}

const port = parentPort;
if (port) {
  let receive: ((message: Later) => void) | null = null;
  let started: Promise<void> = Promise.resolve();
  const start = async (init: DataThreadData) => {
    try {
      receive = await serve(port, init);
    } catch (error) {
      port.postMessage({ kind: 'fatal', error: wireError(error) } satisfies FromData);
      port.close(); // which ends the thread
    }
  };
  port.on('message', (message: ToData) => {
    if (message.kind === 'start') started = start(message.init);
    else if (receive) receive(message);
    else void started.then(() => receive?.(message));
  });
}
