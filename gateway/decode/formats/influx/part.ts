import { formatPart } from '../../../ports/decode.ts';
import { InfluxConfig } from './config.ts';
import { createInflux } from './influx.ts';

export const influx = formatPart({
  kind: 'influx',
  about: 'InfluxDB’s line protocol, as Telegraf sends it; a JSON object is taken too.',
  config: InfluxConfig,
  create: createInflux,
});
