/**
 * Ready mappings (gateway/decode/mapping/ready): one file for each maker or format, with messages of its documentation as
 * tests. A new one is a file in a folder here, and a line below.
 */
import type { Mapping } from '../schema.ts';
import { esphome } from './home/esphome.ts';
import { homeAssistant } from './home/home-assistant.ts';
import { shellyGen1 } from './home/shelly-gen1.ts';
import { shellyGen2 } from './home/shelly-gen2.ts';
import { tasmota } from './home/tasmota.ts';
import { zigbee2mqtt } from './home/zigbee2mqtt.ts';
import { chirpstack } from './plant/chirpstack.ts';
import { opcua } from './plant/opcua.ts';
import { telegraf } from './plant/telegraf.ts';
import { ttn } from './plant/ttn.ts';
import { umh } from './plant/umh.ts';
import { victron } from './plant/victron.ts';
import { wmbusmeters } from './plant/wmbusmeters.ts';

const mappings: Readonly<Record<string, Mapping>> = {
  esphome,
  'home-assistant': homeAssistant,
  'shelly-gen1': shellyGen1,
  'shelly-gen2': shellyGen2,
  tasmota,
  zigbee2mqtt,
  chirpstack,
  'opcua-pubsub': opcua,
  telegraf,
  ttn,
  umh,
  victron,
  wmbusmeters,
};

export const readyNames: readonly string[] = Object.keys(mappings);

export function readyMapping(name: string): Mapping | undefined {
  return Object.hasOwn(mappings, name) ? mappings[name] : undefined;
}
