import { writeToStream } from 'mqtt-packet';

/**
 * Makes MQTT libraries of this thread encode a packet's numbers when they are written. By themselves they keep a buffer
 * for each of the 65,536 numbers (7 MB), which saves nothing where most packets pass them by or are large.
 */
export function keepNoPacketNumbers(): void {
  writeToStream.cacheNumbers = false;
}
