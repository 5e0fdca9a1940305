/** The state of the periodic sweep for one connection (see Connections): its bytes, and a packet that has begun, with their times. */
export class Swept {
  bytes = -1;
  bytesAtMs = 0;
  drainSinceMs = 0;
  /** The packet that had begun; 0 for none. */
  packet = 0;
  packetSinceMs = 0;
}
