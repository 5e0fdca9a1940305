/** The registry of sources. A new one is a folder beside this file, and a line here. */
import { modbus } from './modbus/part.ts';
import { mqtt } from './mqtt/part.ts';
import { mqttClient } from './mqtt-client/part.ts';
import { serial } from './serial/part.ts';
import { sparkplug } from './sparkplug/part.ts';

export const sources = [mqtt, serial, modbus, mqttClient, sparkplug] as const;
