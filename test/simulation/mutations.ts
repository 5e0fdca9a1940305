/** Faults put into the product on purpose, one at a time, to show that the simulation notices them. */

import { LaneQueues } from '../../cloud/log/lane-queues.ts';
import { BatchOrder } from '../../cloud/sink/batch-order.ts';
import { Sink } from '../../cloud/sink/sink.ts';
import { BlockBuilder } from '../../gateway/decode/blocks/block-builder.ts';
import { ReadingIdentity } from '../../gateway/decode/identity/reading-identity.ts';
import { RecentReadings } from '../../gateway/decode/identity/recent-readings.ts';
import type { JournalFs } from '../../gateway/journal/fs.ts';
import { JournalLane } from '../../gateway/journal/lane.ts';
import { ReadPatience } from '../../gateway/journal/segments/read-patience.ts';
import { EventQueue } from '../../gateway/lanes/event-queue.ts';
import { Pipeline } from '../../gateway/pipeline/pipeline.ts';
import { Uplink } from '../../gateway/uplink/uplink.ts';
import { SimulatedLetters } from './gateway/dead-letters.ts';
import { SimulatedDisk } from './gateway/disk.ts';
import { Connection } from './network/connection.ts';
import type { FaultKind } from './world/schedule.ts';

export interface Mutation {
  name: string;
  /** Only schedules with one of these faults can show it; all if empty. */
  needs: readonly FaultKind[];
  /** Puts it in; returns how to take it out. */
  apply(): () => void;
}

type Method = (this: object, ...args: never[]) => unknown;

/** Replaces a method, private ones too, by what `change` makes of it. */
function mutation(
  name: string,
  target: { prototype: object },
  method: string,
  change: (original: Method) => Method,
  needs: readonly FaultKind[] = [],
): Mutation {
  return {
    name,
    needs,
    apply() {
      const methods = target.prototype as Record<string, Method>;
      const original = methods[method];
      if (original === undefined) throw new Error(`${name}: there is no method '${method}' to change`);
      methods[method] = change(original);
      return () => {
        methods[method] = original;
      };
    },
  };
}

const call = (original: Method, self: object, args: readonly unknown[]): unknown =>
  Reflect.apply(original, self, args as never[]);

/** Two that would each make up for the other. */
function both(name: string, first: Mutation, second: Mutation): Mutation {
  return {
    name,
    needs: [],
    apply() {
      const undo = [first.apply(), second.apply()];
      return () => {
        for (const one of undo) one();
      };
    },
  };
}

export const mutations: Mutation[] = [
  mutation(
    'acknowledges before the journal has synced',
    Pipeline,
    'take',
    (original) =>
      function (...args) {
        void (call(original, this, args) as Promise<void>).catch(() => undefined);
        return Promise.resolve();
      },
  ),
  mutation(
    'moves the cursor before the cloud has confirmed',
    Connection,
    'send',
    (original) =>
      function (...args) {
        void (call(original, this, args) as Promise<void>).catch(() => undefined);
        return Promise.resolve();
      },
  ),
  mutation('recognises no resend', RecentReadings, 'find', () => () => -1),
  mutation(
    'keeps the identities of what could not be stored',
    ReadingIdentity,
    'forgetBlock',
    () => () => undefined,
    ['disk-error', 'disk-full'],
  ),
  mutation(
    'keeps no identities with the block',
    BlockBuilder,
    'finish',
    (original) =>
      function () {
        return call(original, this, [new Uint32Array(0)]);
      },
  ),
  both(
    'lets batches of a lane overtake each other in the cloud',
    mutation(
      '',
      LaneQueues,
      'run',
      () => ((_key: string, _sender: object, task: () => Promise<void>) => task()) as Method,
    ),
    mutation('', BatchOrder, 'check', () => () => undefined),
  ),
  mutation(
    'moves the watermark although the store did not take the batch',
    Sink,
    'write',
    (original) =>
      async function (...args) {
        return (call(original, this, args) as Promise<unknown>).catch(() => []);
      },
  ),
  mutation(
    'acknowledges events before they are durable',
    EventQueue,
    'add',
    (original) =>
      function (...args) {
        void (call(original, this, args) as Promise<void>).catch(() => undefined);
        return Promise.resolve();
      },
  ),
  mutation(
    'never syncs the journal',
    SimulatedDisk,
    'mount',
    (original) =>
      function (...args) {
        const fs = call(original, this, args) as JournalFs;
        const open: JournalFs['open'] = async (path, mode) => ({
          ...(await fs.open(path, mode)),
          datasync: async () => undefined,
        });
        return { ...fs, open };
      },
  ),
  mutation('sends readings while events wait', Uplink, 'urgentFirst', () => () => Promise.resolve(), [
    'link-cut',
    'store-slow',
    'link-slow',
  ]),
  mutation(
    'drops unread blocks without a word',
    JournalLane,
    'oldest',
    (original) =>
      function (...args) {
        return call(original, this, args) === 'none' ? 'none' : 'read';
      },
  ),
  mutation(
    'takes for damaged at once what the disk does not give',
    ReadPatience,
    'failed',
    () => async () => undefined,
    ['disk-error', 'disk-bad-page'],
  ),
  mutation('forgets at a restart which events it has', EventQueue, 'remember', () => () => undefined, [
    'gateway-crash',
  ]),
  mutation('loses dead letters', SimulatedLetters, 'keep', () => () => undefined),
];
