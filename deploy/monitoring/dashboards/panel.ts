/**
 * Dashboards for Grafana (deploy/monitoring/dashboards): a file for each, and here how they are written: panels with queries, which
 * grafana.ts makes JSON of. Measurements and fields are those of deploy/docs/store-schema.md, metrics those of deploy/docs/metrics.md.
 */

/** A query of an InfluxDB in InfluxQL, which versions 1, 2 and 3 answer. */
export interface InfluxQuery {
  source: 'influx';
  influxQl: string;
  /** The name of each line, with `$tag_x` and `$col`. */
  alias?: string;
}

export interface PrometheusQuery {
  source: 'prometheus';
  promQl: string;
  /** The name of each line, with `{{label}}`. */
  legend?: string;
}

export type PanelQuery = InfluxQuery | PrometheusQuery;

export interface Panel {
  title: string;
  /** A sentence for who points at the panel. */
  about: string;
  kind: 'timeseries' | 'stat' | 'table';
  queries: readonly PanelQuery[];
  /** Grafana's name of the unit. */
  unit?: string;
  min?: number;
  max?: number;
  /** In 24ths of the width; 12 if absent. */
  width?: number;
  /** From these values on it is yellow, and red. */
  yellowRed?: readonly [number, number];
}

export interface Variable {
  name: string;
  label: string;
  influxQl: string;
  /** One value must be chosen, instead of any number. */
  isOne?: boolean;
  /** A regular expression of JavaScript, which the values must match. */
  filter?: string;
}

export interface Dashboard {
  /** The name of its file, and its address in Grafana after `harbinger-`. */
  name: string;
  title: string;
  about: string;
  /** How far it looks back at first, such as `24h`. */
  span: string;
  variables: readonly Variable[];
  panels: readonly Panel[];
}

/** The values of a variable, of which one must be met. */
const oneOf = (name: string) => `=~ /^\${${name}:regex}$/`;

/** Conditions on the time and on what is chosen, for every query of an InfluxDB. */
export const chosen = `$timeFilter AND "site" ${oneOf('site')} AND "machine" ${oneOf('machine')}`;

export const siteVariable: Variable = {
  name: 'site',
  label: 'Site',
  influxQl: 'SHOW TAG VALUES FROM "estimate" WITH KEY = "site"',
};

export const machineVariable: Variable = {
  name: 'machine',
  label: 'Machine',
  influxQl: `SHOW TAG VALUES FROM "estimate" WITH KEY = "machine" WHERE "site" ${oneOf('site')}`,
};

export const influx = (influxQl: string, alias?: string): InfluxQuery => ({
  source: 'influx',
  influxQl,
  ...(alias !== undefined && { alias }),
});

export const prometheus = (promQl: string, legend?: string): PrometheusQuery => ({
  source: 'prometheus',
  promQl,
  ...(legend !== undefined && { legend }),
});
