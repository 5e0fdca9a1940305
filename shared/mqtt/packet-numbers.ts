import { writeToStream } from 'mqtt-packet';

/**
 * Makes the MQTT libraries of this thread encode a packet's numbers when they are written. By default they cache a
 * buffer for each of the 65,536 numbers (7 MB), which saves nothing if most packets bypass them or are large.
 */
export function disablePacketNumberCache(): void {
  writeToStream.cacheNumbers = false;
}
