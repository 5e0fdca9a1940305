/** Dashboards are sound JSON for Grafana 11. Their queries are run by test/integration/usage/dashboards.test.ts. */
import { describe, expect, it } from 'vitest';
import { dashboards } from './dashboards.ts';
import { dashboardJson } from './grafana.ts';

interface Json {
  uid: string;
  schemaVersion: number;
  templating: { list: { name: string; type: string }[] };
  panels: {
    id: number;
    type: string;
    gridPos: { x: number; y: number; w: number; h: number };
    targets: { refId: string; datasource: { uid: string }; query?: string; expr?: string }[];
  }[];
}

it('dashboards have addresses of their own, which Grafana takes', () => {
  const uids = dashboards.map((each) => (JSON.parse(dashboardJson(each)) as Json).uid);
  expect(new Set(uids).size).toBe(uids.length);
  for (const uid of uids) expect(uid).toMatch(/^[a-z-]{1,40}$/);
});

describe.each(dashboards)('$name', (dashboard) => {
  const json = JSON.parse(dashboardJson(dashboard)) as Json;

  it('uses only variables that it has', () => {
    const known = json.templating.list.map(({ name }) => name);
    const ofGrafana = ['timeFilter', '__interval', '__rate_interval', '__all', 'tag_site', 'tag_machine'];
    const used = [...JSON.stringify(json).matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
    const isAlias = (name: string) => name.startsWith('tag_') || name === 'col';
    const unknown = used.filter(
      (name) => !known.includes(name) && !ofGrafana.includes(name) && !isAlias(name),
    );
    expect(unknown).toEqual([]);
  });

  it('has panels beside and below each other, which do not overlap', () => {
    const taken = new Set<string>();
    for (const { gridPos } of json.panels) {
      expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x} ${y}`)).toBe(false);
          taken.add(`${x} ${y}`);
        }
      }
    }
  });

  it('has a source and a query for each target', () => {
    for (const { targets } of json.panels) {
      expect(targets.length).toBeGreaterThan(0);
      for (const { datasource, query, expr } of targets) {
        expect(datasource.uid).toMatch(/^\$\{(influx|prometheus)\}$/);
        expect(query ?? expr).toMatch(/\w/);
      }
    }
  });
});
