import { storePart } from '../../ports/store.ts';
import { InfluxConfig, influxProblems, targetOf } from './config.ts';

export const influx = storePart({
  kind: 'influx',
  about: 'An InfluxDB 1, 2 or 3 that you run.',
  config: InfluxConfig,
  check: influxProblems,
  create: async (config, deps) =>
    (await import('./influx-store.ts')).createInfluxStore(targetOf(config), deps),
});
