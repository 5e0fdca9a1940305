import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import type { Rights } from '../rights.ts';
import type { Connection } from './connection.ts';

/** The numbers of the first connections lie below it, which leaves as many again below those of serial ports. */
const numbersMax = 2 ** 30;
const sweepMs = 1_000;
/** A connection whose peer does not read for this long is closed. */
const drainMaxMs = 10_000;

/** All connections, and the one timer that checks them for keep-alive and for peers that do not read. */
export class Connections {
  readonly all = new Set<Connection>();
  /** Connections since the start. */
  seen = 0;
  private readonly firstNumber: number;
  private timer: Timer | null = null;
  private readonly clock: Clock;

  private readonly isPaused: (connection: Connection) => boolean;

  /**
   * @param random so that a dead letter, which outlives this process, is not taken for one of a later connection
   * @param isPaused whether a connection is not read from at the moment
   */
  constructor(clock: Clock, random: Random, isPaused: (connection: Connection) => boolean = () => false) {
    this.clock = clock;
    this.isPaused = isPaused;
    this.firstNumber = 1 + Math.floor(random.next() * numbersMax);
  }

  nextNumber(): number {
    return this.firstNumber + this.seen++;
  }

  start(): void {
    this.timer = this.clock.setTimer(sweepMs, () => {
      this.sweep();
      this.start();
    });
  }

  /** Closes the connections of these users, whose accounts were changed, and holds them to the rights that they have now. */
  signOut(users: readonly string[], rightsNow: (user: string, clientId: string) => Rights): void {
    const meant = new Set(users);
    for (const connection of this.all) {
      const user = connection.rights?.user;
      if (user === undefined || !meant.has(user)) continue;
      connection.rights = rightsNow(user, connection.clientId);
      connection.drop('account', `the account of user '${user}' was changed or revoked`);
    }
  }

  stop(): void {
    this.timer?.cancel();
  }

  /**
   * Keep-alive [MQTT-3.1.2-24]: closes a connection after one and a half times the announced interval without a byte. A
   * client with pending messages, or others of whose user wait, may be paused, so its silence does not count.
   */
  sweep(): void {
    const nowMs = this.clock.monotonicMs();
    for (const connection of this.all) {
      const bytes = connection.origin.bytesRead();
      const mayNotSpeak = connection.hasPending || this.isPaused(connection);
      if (bytes !== connection.seenBytes || mayNotSpeak || connection.seenAtMs === 0) {
        connection.seenBytes = bytes;
        connection.seenAtMs = nowMs;
      } else if (connection.keepaliveMs > 0 && nowMs - connection.seenAtMs > 1.5 * connection.keepaliveMs) {
        connection.drop('keepalive', 'sent nothing for one and a half keep-alive intervals');
      }
      if (!connection.stream.writableNeedDrain) connection.drainSinceMs = nowMs;
      else if (nowMs - connection.drainSinceMs > drainMaxMs)
        connection.drop('slow', 'does not read what is sent to it');
    }
  }
}
