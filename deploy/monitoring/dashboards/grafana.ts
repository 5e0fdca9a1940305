import type { Dashboard, Panel, PanelQuery, Variable } from './panel.ts';

/** The version of the schema that Grafana 11 writes; later ones migrate it. */
const schemaVersion = 39;
const columns = 24;
const heights = { stat: 4, timeseries: 8, table: 10 } as const;

const sources = {
  influx: { name: 'influx', label: 'InfluxDB', type: 'influxdb' },
  prometheus: { name: 'prometheus', label: 'Prometheus', type: 'prometheus' },
} as const;

/** The JSON of a dashboard, as Grafana imports it or reads it from a file. */
export function dashboardJson(dashboard: Dashboard): string {
  const used = new Set(dashboard.panels.flatMap(({ queries }) => queries.map(({ source }) => source)));
  const json = {
    uid: `harbinger-${dashboard.name}`,
    title: dashboard.title,
    description: dashboard.about,
    tags: ['harbinger'],
    schemaVersion,
    version: 1,
    editable: true,
    graphTooltip: 1,
    timezone: 'browser',
    refresh: '30s',
    time: { from: `now-${dashboard.span}`, to: 'now' },
    links: [
      { type: 'dashboards', title: 'Harbinger', tags: ['harbinger'], asDropdown: true, keepTime: true },
    ],
    templating: {
      list: [
        ...Object.values(sources)
          .filter(({ name }) => used.has(name))
          .map(({ name, label, type }) => ({ name, label, type: 'datasource', query: type, current: {} })),
        ...dashboard.variables.map(variableJson),
      ],
    },
    annotations: { list: [] },
    panels: placed(dashboard.panels).map(([panel, gridPos], at) => panelJson(panel, gridPos, at + 1)),
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}

function variableJson({ name, label, influxQl, isOne = false, filter }: Variable) {
  return {
    name,
    label,
    type: 'query',
    datasource: sourceJson('influx'),
    query: influxQl,
    definition: influxQl,
    refresh: 2,
    sort: 1,
    multi: !isOne,
    includeAll: !isOne,
    ...(!isOne && { allValue: '.*', current: { text: ['All'], value: ['$__all'] } }),
    ...(filter !== undefined && { regex: filter }),
  };
}

interface GridPosition {
  x: number;
  y: number;
  w: number;
  h: number;
}

/** Panels beside each other as long as there is room, in rows as high as their highest. */
function placed(panels: readonly Panel[]): [Panel, GridPosition][] {
  let [x, y, rowHeight] = [0, 0, 0];
  return panels.map((panel) => {
    const [w, h] = [panel.width ?? columns / 2, heights[panel.kind]];
    if (x + w > columns) [x, y, rowHeight] = [0, y + rowHeight, 0];
    const position = { x, y, w, h };
    [x, rowHeight] = [x + w, Math.max(rowHeight, h)];
    return [panel, position];
  });
}

function panelJson(panel: Panel, gridPos: GridPosition, id: number) {
  const { title, about, kind, queries, unit, min, max, yellowRed } = panel;
  const first = queries[0];
  return {
    id,
    type: kind,
    title,
    description: about,
    gridPos,
    ...(first && { datasource: sourceJson(first.source) }),
    targets: queries.map((query, at) => targetJson(query, kind, String.fromCharCode(65 + at))),
    fieldConfig: {
      defaults: {
        ...(unit !== undefined && { unit }),
        ...(min !== undefined && { min }),
        ...(max !== undefined && { max }),
        ...(yellowRed && { thresholds: thresholdsJson(yellowRed) }),
      },
      overrides: [],
    },
    options: optionsOf(kind),
  };
}

function thresholdsJson([yellow, red]: readonly [number, number]) {
  const isHighBad = red >= yellow;
  const steps = isHighBad
    ? [
        { color: 'green', value: null },
        { color: 'yellow', value: yellow },
        { color: 'red', value: red },
      ]
    : [
        { color: 'red', value: null },
        { color: 'yellow', value: red },
        { color: 'green', value: yellow },
      ];
  return { mode: 'absolute', steps };
}

function optionsOf(kind: Panel['kind']) {
  if (kind === 'stat')
    return { reduceOptions: { calcs: ['lastNotNull'], values: false }, colorMode: 'value' };
  if (kind === 'table') return { showHeader: true };
  return { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi', sort: 'desc' } };
}

function targetJson(query: PanelQuery, kind: Panel['kind'], refId: string) {
  const datasource = sourceJson(query.source);
  if (query.source === 'influx') {
    const resultFormat = kind === 'table' ? 'table' : 'time_series';
    const alias = query.alias === undefined ? {} : { alias: query.alias };
    return { refId, datasource, rawQuery: true, query: query.influxQl, resultFormat, ...alias };
  }
  const isInstant = kind !== 'timeseries';
  return {
    refId,
    datasource,
    editorMode: 'code',
    expr: query.promQl,
    instant: isInstant,
    range: !isInstant,
    ...(kind === 'table' && { format: 'table' }),
    ...(query.legend !== undefined && { legendFormat: query.legend }),
  };
}

function sourceJson(source: PanelQuery['source']) {
  const { name, type } = sources[source];
  return { type, uid: `\${${name}}` };
}
