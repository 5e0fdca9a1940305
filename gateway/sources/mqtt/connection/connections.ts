import type { Clock, Timer } from '../../../../shared/runtime/clock.ts';
import type { Random } from '../../../../shared/runtime/random.ts';
import type { Rights } from '../rights.ts';
import type { Connection } from './connection.ts';

/** The numbers of the first connections lie below it, which leaves as many again below those of serial ports. */
const numbersMax = 2 ** 30;
const sweepMs = 1_000;
/** A connection whose peer does not read for this long is closed. */
const drainMaxMs = 10_000;
const unfinishedText =
  'a packet that it has begun was not whole in time (broker.packetTimeoutMs), however little of it was missing';
/** The nearest of the reason codes of MQTT 5. */
const implementationSpecificError = 0x83;

/** All connections, and the one timer that checks them for keep-alive, packets without an end, and peers that do not read. */
export class Connections {
  readonly all = new Set<Connection>();
  /** Connections since the start. */
  seen = 0;
  private readonly firstNumber: number;
  private timer: Timer | null = null;
  private readonly clock: Clock;

  private readonly isPaused: (connection: Connection) => boolean;

  private readonly packetMsMax: number;

  /**
   * @param random so that a dead letter, which outlives this process, is not taken for one of a later connection
   * @param packetMsMax how long a packet may take from its first byte to its last
   * @param isPaused whether a connection is not read from at the moment
   */
  constructor(
    clock: Clock,
    random: Random,
    packetMsMax: number,
    isPaused: (connection: Connection) => boolean = () => false,
  ) {
    this.clock = clock;
    this.packetMsMax = packetMsMax;
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
      const { swept, keepaliveMs } = connection;
      const bytes = connection.origin.bytesRead();
      const isPaused = this.isPaused(connection);
      const mayNotSpeak = connection.hasPending || isPaused;
      if (bytes !== swept.bytes || mayNotSpeak || swept.bytesAtMs === 0) {
        swept.bytes = bytes;
        swept.bytesAtMs = nowMs;
      } else if (keepaliveMs > 0 && nowMs - swept.bytesAtMs > 1.5 * keepaliveMs) {
        connection.drop('keepalive', 'sent nothing for one and a half keep-alive intervals');
      }
      if (!connection.stream.writableNeedDrain) swept.drainSinceMs = nowMs;
      else if (nowMs - swept.drainSinceMs > drainMaxMs)
        connection.drop('slow', 'does not read what is sent to it');
      const packet = connection.inlet.unfinished;
      if (packet === 0 || packet !== swept.packet || isPaused) {
        swept.packet = packet;
        swept.packetSinceMs = nowMs;
      } else if (nowMs - swept.packetSinceMs > this.packetMsMax)
        connection.drop('unfinished', unfinishedText, implementationSpecificError);
    }
  }
}
