/** The plan of a simulated run. It is data: it can be drawn from a seed, printed, reduced and repeated. */
import type { Operation } from '../../../gateway/journal/memory-disk.testing.ts';
import { type Lane, lanes } from '../../../shared/contract/lanes.ts';
import { type Random, seededRandom } from '../../../shared/runtime/random.ts';
import { between, pick, whole } from './world.ts';

/** The moment of a crash, counted from its time: after a number of steps, or in the nth operation of a name. */
export type Moment = { steps: number } | { operation: string; nth: number };

export type Fault = { atMs: number } & (
  | {
      kind: 'gateway-crash';
      moment: Moment;
      power: boolean;
      downMs: number;
      flip: 'none' | 'segment' | 'state';
    }
  | { kind: 'gateway-restart'; downMs: number }
  | { kind: 'cloud-crash'; moment: Moment; downMs: number }
  | { kind: 'clock-jump'; byMs: number }
  | { kind: 'sensors-cut' }
  /** Sensors lose what they had not got acknowledged, while the disk is slow for some time. */
  | { kind: 'sensors-reboot'; forMs: number; factor: number }
  | { kind: 'link-cut' | 'link-half-open' | 'link-slow'; forMs: number }
  | { kind: 'link-flips'; forMs: number; share: number }
  /** The cloud was put back to a version that does not know the format of the batches. */
  | { kind: 'cloud-older'; forMs: number; lanes: Lane[] }
  | { kind: 'link-throttled'; forMs: number; bytesPerMs: number }
  | { kind: 'disk-error'; forMs: number; operation: Operation; code: 'EIO' | 'ENOSPC' | 'EROFS' }
  /** Only the files of the dead letters fail. */
  | { kind: 'disk-letters-error'; forMs: number; operation: Operation; code: 'EIO' | 'ENOSPC' | 'EROFS' }
  /** One page of one file of the journal cannot be read. */
  | { kind: 'disk-bad-page'; forMs: number }
  | { kind: 'disk-full'; forMs: number; freeBytes: number; isByOthers: boolean }
  | { kind: 'disk-slow'; forMs: number; factor: number }
  | { kind: 'store-slow' | 'store-hangs' | 'store-away' | 'store-partial'; forMs: number }
  | { kind: 'operations-error'; forMs: number }
);
export type FaultKind = Fault['kind'];

/**
 * How a sensor identifies its readings: by a unique id; by a running number with or without device time; by device time
 * alone (then no two are the same); or not at all, which means at-least-once delivery.
 */
export type Identity = 'id' | 'seq' | 'seq+ts' | 'ts' | 'none';

export interface SensorPlan {
  machine: string;
  identity: Identity;
  periodMs: number;
  /** Most messages that are sent and not yet acknowledged. */
  window: number;
  /** Running numbers restart after this many; number and time together are never repeated. */
  seqModulo: number;
  /** Device times are rounded down to this step, so that several readings share a time. */
  tsStepMs: number;
  /** Adds eight values to each reading, so that a journal fills up sooner. */
  wide: boolean;
  malformedShare: number;
  /** Number of bad readings in a malformed message: each becomes a dead letter. */
  lettersEach: number;
  /** The share of readings that the store rejects. */
  poisonShare: number;
  lifecycleShare: number;
  qos: 1 | 2;
  /** Two devices may use one client id: each connection then closes that of the other. */
  clientId: string;
  /** Whether its session ends with its connection. */
  clean: boolean;
  /** All its readings are equal, but for a running number that goes round: they can only be counted. */
  constant: boolean;
}

export interface Schedule {
  seed: number;
  durationMs: number;
  journalBytesMax: number;
  whenFull: 'drop-oldest' | 'refuse';
  batchBytesMax: number;
  inFlightMax: number;
  /** Dead letters that are kept. */
  lettersMax: number;
  sensors: SensorPlan[];
  faults: Fault[];
}

const writing = ['write', 'datasync', 'truncate', 'create', 'remove', 'syncDir', 'rename'] as const;
const reading = ['read', 'open', 'list'] as const;
const diskOperations = [...writing, ...reading] as const;

export function drawSchedule(seed: number): Schedule {
  const random = seededRandom(seed);
  const chance = (share: number) => random.next() < share;
  const isSmall = chance(0.15);
  const durationMs = isSmall ? whole(random, 2_000, 5_000) : whole(random, 300, 2_500);
  const isCloned = chance(0.15);
  const sensors = Array.from({ length: whole(random, 1, 4) }, (_, index) =>
    drawSensor(random, { busy: isSmall, isCloned, index }),
  );
  const faults = Array.from({ length: whole(random, 0, 8) }, () => drawFault(random, durationMs));
  // A full disk needs a backlog.
  if (isSmall) faults.push({ kind: 'link-cut', atMs: 100, forMs: durationMs });
  const { lettersMax, flood, errors } = drawLetters(seed, durationMs);
  if (flood) sensors.push(flood);
  faults.push(...errors);
  return {
    seed,
    durationMs,
    journalBytesMax: isSmall ? (64 << 10) + whole(random, 0, 64 << 10) : 4 << 20,
    whenFull: chance(0.7) ? 'drop-oldest' : 'refuse',
    batchBytesMax: pick(random, [1_024, 4_096, 64 << 10]),
    inFlightMax: whole(random, 1, 4),
    lettersMax,
    sensors,
    faults: faults.sort((a, b) => a.atMs - b.atMs),
  };
}

interface Site {
  busy: boolean;
  /** Some devices are clones of one image. */
  isCloned: boolean;
  index: number;
}

function drawSensor(random: Random, { busy, isCloned, index }: Site): SensorPlan {
  const plan = drawReadings(random, busy);
  const qos = pick(random, [1, 1, 2] as const);
  const clientId = isCloned && random.next() < 0.7 ? 'shared' : `sensor-${index}`;
  const clean = random.next() < 0.3;
  // If two devices sent equal readings, nobody could tell whose reading was lost.
  const constant = clientId !== 'shared' && random.next() < 0.15;
  if (!constant) return { ...plan, qos, clientId, clean, constant };
  const numbered = { identity: 'seq', seqModulo: pick(random, [1, 4]) } as const;
  const shares = { malformedShare: 0, poisonShare: 0, lifecycleShare: 0 };
  return { ...plan, ...numbered, ...shares, machine: `m${4 + index}`, qos, clientId, clean, constant };
}

type ReadingsPlan = Omit<SensorPlan, 'qos' | 'clientId' | 'clean' | 'constant'>;

function drawReadings(random: Random, busy: boolean): ReadingsPlan {
  const rarely = (share: number) => (random.next() < 0.3 ? share : 0);
  return {
    machine: `m${whole(random, 1, 3)}`,
    identity: pick(random, ['id', 'seq', 'seq+ts', 'seq+ts', 'ts', 'none']),
    periodMs: busy ? between(random, 4, 30) : between(random, 20, 200),
    window: pick(random, [1, 4, 20]),
    ...pick(random, [
      { seqModulo: 4, tsStepMs: 1 },
      { seqModulo: 256, tsStepMs: 1 },
      { seqModulo: 256, tsStepMs: 100 },
      { seqModulo: 2 ** 31, tsStepMs: 1_000 },
    ]),
    wide: busy || random.next() < 0.2,
    malformedShare: rarely(0.2),
    lettersEach: 1,
    poisonShare: rarely(0.05),
    lifecycleShare: rarely(0.25),
  };
}

/** A sensor that floods the dead letters of the others, and errors of their files. */
function drawLetters(seed: number, durationMs: number): Pick<Schedule, 'lettersMax'> & Flood {
  // A stream of its own, so that the rest of a schedule does not depend on it.
  const random = seededRandom(seed + 2 ** 31);
  const errors: Fault[] = [];
  if (random.next() < 0.25) {
    const operation = pick(random, ['write', 'write', 'datasync', 'create', 'truncate', 'read'] as const);
    const code = operation === 'read' ? 'EIO' : pick(random, ['EIO', 'ENOSPC'] as const);
    const [atMs, forMs] = [between(random, 0, durationMs), between(random, 10, durationMs)].map(Math.round);
    errors.push({ kind: 'disk-letters-error', atMs: atMs!, forMs: forMs!, operation, code });
  }
  if (random.next() < 0.7) return { lettersMax: 100_000, flood: null, errors };
  const flood: SensorPlan = {
    ...drawReadings(random, true),
    malformedShare: 1,
    lettersEach: whole(random, 5, 30),
    qos: 1,
    clientId: 'flood',
    clean: true,
    constant: false,
  };
  return { lettersMax: whole(random, 50, 200), flood, errors };
}

interface Flood {
  flood: SensorPlan | null;
  errors: Fault[];
}

function drawMoment(random: Random, operations: readonly string[]): Moment {
  if (random.next() < 0.5) return { steps: whole(random, 1, 60) };
  return { operation: pick(random, operations), nth: whole(random, 1, 6) };
}

function drawFault(random: Random, durationMs: number): Fault {
  const atMs = Math.round(between(random, 0, durationMs));
  const forMs = Math.round(between(random, 10, durationMs));
  const downMs = Math.round(between(random, 1, 500));
  const kind = pick(random, kinds);
  switch (kind) {
    case 'gateway-crash': {
      const moment = drawMoment(random, [...diskOperations, 'pubrec', 'pubcomp', 'pubcomp']);
      const flip = pick(random, ['none', 'none', 'none', 'none', 'segment', 'state'] as const);
      return { kind, atMs, moment, power: random.next() < 0.7, downMs, flip };
    }
    case 'cloud-crash':
      return { kind, atMs, moment: drawMoment(random, ['store', 'stored', 'transaction', 'ack']), downMs };
    case 'gateway-restart':
      return { kind, atMs, downMs };
    case 'clock-jump': {
      const sizeMs = pick(random, [50, 1_000, 60_000, 86_400_000, 20 * 86_400_000]);
      return { kind, atMs, byMs: Math.round(between(random, -sizeMs, sizeMs)) };
    }
    case 'sensors-cut':
      return { kind, atMs };
    case 'sensors-reboot':
      return { kind, atMs, forMs: whole(random, 1, 400), factor: pick(random, [1, 100, 1_000]) };
    case 'link-throttled':
      return { kind, atMs, forMs, bytesPerMs: between(random, 0.5, 20) };
    case 'cloud-older':
      return { kind, atMs, forMs, lanes: pick(random, [[...lanes], ['readings'], ['events']]) };
    case 'link-flips':
      return { kind, atMs, forMs, share: pick(random, [0.05, 0.3, 1]) };
    case 'disk-error': {
      const operation = pick(random, diskOperations);
      const isReading = reading.some((each) => each === operation);
      const codes = isReading ? (['EIO'] as const) : (['EIO', 'ENOSPC', 'EROFS'] as const);
      return { kind, atMs, forMs, operation, code: pick(random, codes) };
    }
    case 'disk-full':
      return { kind, atMs, forMs, freeBytes: whole(random, 0, 4_000), isByOthers: random.next() < 0.5 };
    case 'disk-slow':
      return { kind, atMs, forMs, factor: pick(random, [10, 100, 1_000]) };
    default:
      return { kind, atMs, forMs };
  }
}

/** A kind is drawn more often the more often it is listed. */
const kinds: readonly Exclude<FaultKind, 'disk-letters-error'>[] = [
  ...Array<'gateway-crash'>(6).fill('gateway-crash'),
  ...Array<'cloud-crash'>(3).fill('cloud-crash'),
  'gateway-restart',
  'clock-jump',
  'clock-jump',
  'sensors-cut',
  'sensors-cut',
  'sensors-reboot',
  'link-cut',
  'link-cut',
  'link-half-open',
  'link-slow',
  'link-throttled',
  'link-flips',
  'cloud-older',
  'disk-error',
  'disk-error',
  'disk-error',
  'disk-bad-page',
  'disk-full',
  'disk-slow',
  'store-slow',
  'store-hangs',
  'store-away',
  'store-partial',
  'operations-error',
];
