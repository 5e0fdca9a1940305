/**
 * The registry of payload formats. A new one is a folder beside this file, and a line here. Formats that need a library
 * import their implementation when they are created; the others are small, and are imported at once.
 */
import { availability } from './availability/part.ts';
import { cbor } from './cbor/part.ts';
import { csv } from './csv/part.ts';
import { influx } from './influx/part.ts';
import { json } from './json/part.ts';
import { keyValue } from './key-value/part.ts';
import { lifecycle } from './lifecycle/part.ts';
import { mapped } from './mapped/part.ts';
import { number } from './number/part.ts';

export const formats = [json, number, keyValue, csv, influx, cbor, lifecycle, availability, mapped] as const;
