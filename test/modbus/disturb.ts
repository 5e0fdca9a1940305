import type { Random } from '../../shared/runtime/random.ts';

/** A piece of what is sent on, and how long after the piece before it. */
export interface Piece {
  bytes: Buffer;
  delayMs: number;
}

export type Fault = 'lost' | 'cut' | 'added' | 'changed' | 'split' | 'late';

export interface Disturbance {
  pieces: Piece[];
  fault: Fault | null;
}

/** How often each fault comes. */
const chances: readonly (readonly [Fault, number])[] = [
  ['lost', 0.01],
  ['cut', 0.01],
  ['added', 0.015],
  ['changed', 0.015],
  ['split', 0.03],
  ['late', 0.01],
];

/** @param drawn from 0 to 1 */
function drawnFault(drawn: number): Fault | null {
  let rest = drawn;
  for (const [fault, chance] of chances) {
    if (rest < chance) return fault;
    rest -= chance;
  }
  return null;
}

const at = (random: Random, length: number) => Math.floor(random.next() * length);

/**
 * Returns what is sent on of a frame. Changes stay within 16 neighbouring bits, which a CRC always detects: what is examined
 * is the master, and not the CRC.
 * @param lateMsMax the longest delay
 */
export function disturb(frame: Buffer, random: Random, lateMsMax: number): Disturbance {
  const plain = [{ bytes: frame, delayMs: 0 }];
  const fault = drawnFault(random.next());
  const place = at(random, frame.length);
  switch (fault) {
    case 'lost':
      return { pieces: [], fault };
    case 'cut': {
      const to = place + 1 + at(random, 3);
      return {
        pieces: [{ bytes: Buffer.concat([frame.subarray(0, place), frame.subarray(to)]), delayMs: 0 }],
        fault,
      };
    }
    case 'added': {
      const noise = Buffer.from(Array.from({ length: 1 + at(random, 6) }, () => at(random, 256)));
      const where = random.next() < 0.5 ? 0 : random.next() < 0.5 ? frame.length : place;
      const bytes = Buffer.concat([frame.subarray(0, where), noise, frame.subarray(where)]);
      return { pieces: [{ bytes, delayMs: 0 }], fault };
    }
    case 'changed': {
      const bytes = Buffer.from(frame);
      const mask = 1 + at(random, 0xffff);
      bytes[place]! ^= mask & 0xff || 1;
      if (place + 1 < bytes.length) bytes[place + 1]! ^= mask >> 8;
      return { pieces: [{ bytes, delayMs: 0 }], fault };
    }
    case 'split': {
      const pieces = [
        { bytes: frame.subarray(0, place), delayMs: 0 },
        { bytes: frame.subarray(place), delayMs: 1 + at(random, 30) },
      ];
      return { pieces, fault };
    }
    case 'late':
      return { pieces: [{ bytes: frame, delayMs: lateMsMax * random.next() ** 2 }], fault };
    default:
      return { pieces: plain, fault };
  }
}

/** Sends pieces on in order, as a line does: what is late holds back what comes behind it. */
export class InOrder {
  private last: Promise<void> = Promise.resolve();

  send(pieces: readonly Piece[], wait: (ms: number) => Promise<void>, write: (bytes: Buffer) => void): void {
    this.last = pieces.reduce(
      (before, { bytes, delayMs }) =>
        before.then(async () => {
          if (delayMs > 0) await wait(delayMs);
          if (bytes.length > 0) write(bytes);
        }),
      this.last,
    );
  }
}
