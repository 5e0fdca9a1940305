/**
 * Faults put into the product on purpose, one at a time, to show that the simulation detects them. Each replaces a part
 * at a seam by a faulty version of it.
 */
import { randomBytes } from 'node:crypto';
import type { ReceivedBatch } from '../../cloud/ports/log.ts';
import type { JournalSet } from '../../gateway/journal/journal-set.ts';
import type { Block, Journal } from '../../gateway/ports/journal.ts';
import { BatchRefused } from '../../gateway/ports/uplink.ts';
import type { IncomingMessage } from '../../gateway/sources/mqtt/sessions/session-messages.ts';
import type { UnreleasedMessages } from '../../gateway/sources/mqtt/sessions/unreleased-messages.ts';
import type { Lane } from '../../shared/contract/lanes.ts';
import { sleep } from '../../shared/runtime/clock.ts';
import { lettersDaysMax } from './gateway/config.ts';
import type { FaultKind } from './world/schedule.ts';
import { type OpenJournals, type Seams, withChanges } from './world/seams.ts';

export interface Mutation {
  name: string;
  /** Only schedules with one of these faults can detect it; all if absent. */
  needs?: readonly FaultKind[];
  /** A schedule known to detect it, where the first ones do not. After changes of the product, another one may. */
  seed?: number;
  seams: Partial<Seams>;
}

/** Does not wait for the operation, and hides its outcome. */
function unawaited<T>(inProgress: Promise<unknown>, answer: T): Promise<T> {
  inProgress.catch(() => undefined);
  return Promise.resolve(answer);
}

/** Journals of which one lane is altered. */
function withLane(name: Lane, change: (lane: Journal) => Partial<Journal>) {
  return (open: OpenJournals): OpenJournals =>
    async (options) => {
      const journals = await open(options);
      const lane: JournalSet['lane'] = (asked) => {
        const sound = journals.lane(asked);
        return asked === name ? withChanges(sound, change(sound)) : sound;
      };
      return withChanges(journals, { lane });
    };
}

async function* nothing(): AsyncGenerator<Block> {}

/** Removes a part of the header that may be missing: without `after` a batch looks like the first one. */
function without(part: 'after' | 'original', received: ReceivedBatch): ReceivedBatch {
  const { batch } = received;
  return { ...received, batch: { ...batch, header: { ...batch.header, [part]: undefined } } };
}

function byIdAlone(incoming: UnreleasedMessages): UnreleasedMessages {
  const known = new Map<string, IncomingMessage>();
  return withChanges(incoming, {
    arrive(publisher, packet) {
      const key = `${publisher.id}/${packet.messageId}`;
      const message = known.get(key);
      if (message) return { message, isCopy: true };
      const arrival = incoming.arrive(publisher, packet);
      if (arrival !== 'too many') known.set(key, arrival.message);
      return arrival;
    },
    release(publisher, messageId) {
      known.delete(`${publisher.id}/${messageId}`);
      return incoming.release(publisher, messageId);
    },
  });
}

/** Longer than an event may wait while readings are sent. */
const noticedLateMs = 2_000;
const lifetimeMs = 86_400_000;

export const mutations: Mutation[] = [
  {
    name: 'acknowledges before the journal has synced',
    seed: 11,
    seams: {
      plane: (plane) => ({ ...plane, take: (forEach) => unawaited(plane.take(forEach), null) }),
    },
  },
  {
    name: 'fails a whole batch where its dead letters cannot be written',
    seed: 224,
    needs: ['disk-letters-error'],
    seams: {
      plane: (plane) => ({
        ...plane,
        async take(forEach) {
          const exceptions = await plane.take(forEach);
          if (exceptions?.unkept) throw exceptions.unkept.error;
          return exceptions;
        },
      }),
    },
  },
  {
    name: 'drops the oldest dead letters, whoever sent them',
    seams: {
      deadLetters: (letters) =>
        withChanges(letters, {
          async add(added) {
            await letters.add(added);
            const { dropped, count } = letters.counts();
            if (dropped > 0) await letters.drop(letters.ids().slice(0, count >> 1));
          },
        }),
    },
  },
  {
    name: 'drops dead letters by the wall clock',
    seed: 305,
    needs: ['clock-jump'],
    seams: {
      deadLetters: (letters) =>
        withChanges(letters, {
          async dropOld() {
            const [newest] = await letters.list({ limit: 1 });
            const all = await letters.list({ limit: 1_000 });
            const beforeMs = (newest?.atMs ?? 0) - lettersDaysMax * 86_400_000;
            return letters.drop(all.filter(({ atMs }) => atMs < beforeMs).map(({ id }) => id));
          },
        }),
    },
  },
  {
    name: 'moves the cursor before the cloud has confirmed',
    seams: {
      link: (link) =>
        withChanges(link, {
          send: (lane, frame, signal) => unawaited(link.send(lane, frame, signal), undefined),
        }),
    },
  },
  {
    name: 'recognises no resend',
    seams: { recent: (recent) => withChanges(recent, { find: () => -1 }) },
  },
  {
    name: 'takes equal readings of one connection for resends',
    seams: { recent: (recent) => withChanges(recent, { foundConnection: -1 }) },
  },
  {
    name: 'takes a QoS 2 message for a copy of any that has its client and packet id',
    seams: { sessions: (sessions) => withChanges(sessions, { incoming: byIdAlone(sessions.incoming) }) },
  },
  {
    name: 'takes no QoS 2 message for a copy',
    seed: 55,
    needs: ['sensors-cut'],
    seams: {
      sessions: (sessions) => {
        const { incoming } = sessions;
        const arrive: UnreleasedMessages['arrive'] = (publisher, packet) =>
          incoming.arrive(publisher, { ...packet, payload: Buffer.concat([packet.payload, randomBytes(8)]) });
        return withChanges(sessions, { incoming: withChanges(incoming, { arrive }) });
      },
    },
  },
  {
    name: 'keeps the identities of readings that could not be stored',
    seed: 24,
    needs: ['disk-error', 'disk-full'],
    seams: { recent: (recent) => withChanges(recent, { remove: () => undefined }) },
  },
  {
    name: 'stores no identities with the block',
    seed: 9,
    seams: {
      journals: withLane('readings', (lane) => ({
        append: (block) => lane.append({ ...block, local: Buffer.alloc(0) }),
      })),
    },
  },
  {
    name: 'lets batches of a lane overtake each other in the cloud',
    seams: {
      log: (log, sink) =>
        withChanges(log, { accept: (received, sender) => sink.take(without('after', received), sender) }),
    },
  },
  {
    name: 'forgets which journal a batch that was set aside comes from',
    needs: ['cloud-older', 'link-flips'],
    seams: {
      log: (log) =>
        withChanges(log, { accept: (received, sender) => log.accept(without('original', received), sender) }),
    },
  },
  {
    name: 'moves the watermark although the store refused the batch',
    seams: {
      store: (store) =>
        withChanges(store, {
          write: (batch, signal) => store.write(batch, signal).catch(() => ({ rejected: [] })),
        }),
    },
  },
  {
    name: 'acknowledges events before they are durable',
    seed: 8,
    seams: {
      journals: withLane('events', (lane) => ({
        append: (block) => unawaited(lane.append(block), lane.stats().lastSeq + 1),
      })),
    },
  },
  {
    name: 'never syncs the journal',
    seams: {
      disk: (fs) => ({
        ...fs,
        open: async (path, mode) => ({ ...(await fs.open(path, mode)), datasync: async () => undefined }),
      }),
    },
  },
  {
    name: 'sends readings while events wait',
    seed: 8,
    seams: {
      journals: (open) => (options) =>
        withLane('events', (lane) => ({
          async waitFor(afterSeq, signal) {
            await lane.waitFor(afterSeq, signal);
            await sleep(options.clock, noticedLateMs, signal);
          },
        }))(open)(options),
    },
  },
  {
    name: 'drops unread blocks without a report',
    seed: 7,
    seams: {
      journals: (open) => (options) =>
        open({
          ...options,
          limits: { ...options.limits, whenFull: 'drop-oldest' },
          log: withChanges(options.log, { warn: () => undefined }),
          onLoss: () => undefined,
        }),
    },
  },
  {
    name: 'takes an unreadable block for damaged without a retry',
    seed: 34,
    needs: ['disk-error', 'disk-bad-page'],
    seams: {
      // Between any two readings of the clock more time passes than the journal's time limit for retries.
      journals: (open) => (options) => {
        const { clock } = options;
        let passedMs = 0;
        const monotonicMs = () => {
          passedMs += lifetimeMs;
          return clock.monotonicMs() + passedMs;
        };
        return open({ ...options, clock: { ...clock, monotonicMs } });
      },
    },
  },
  {
    name: 'loses its record of events at a restart',
    seed: 295,
    needs: ['gateway-crash'],
    seams: {
      journals: (open) => async (options) => {
        const journals = await open(options);
        return withChanges(journals, {
          tail: (lane, bytesMax) => (lane === 'events' ? nothing() : journals.tail(lane, bytesMax)),
        });
      },
    },
  },
  {
    name: 'takes a refused batch for a confirmed one',
    seed: 9,
    needs: ['link-flips', 'cloud-older'],
    seams: {
      link: (link) =>
        withChanges(link, {
          send: (lane, frame, signal) =>
            link.send(lane, frame, signal).catch((error) => {
              if (!(error instanceof BatchRefused)) throw error;
            }),
        }),
    },
  },
  {
    name: 'loses the batches that it sets aside',
    seed: 9,
    needs: ['link-flips', 'cloud-older'],
    seams: { refused: (batches) => withChanges(batches, { add: async () => undefined }) },
  },
  {
    name: 'loses dead letters',
    seams: { deadLetters: (letters) => withChanges(letters, { add: async () => undefined }) },
  },
];
