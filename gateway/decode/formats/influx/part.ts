import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { influx as decoder } from './influx.ts';

export const influx = formatPart({
  kind: 'influx',
  about: 'InfluxDB’s line protocol, as Telegraf sends it; a JSON object is taken too.',
  config: Type.Object({}),
  create: () => decoder,
});
