/**
 * Monitoring (deploy/monitoring): what Harbinger brings along for Prometheus and Grafana, generated from typed code. Here the files
 * that `harbinger monitoring` writes.
 */
import { dashboardProvider, dashboards } from './dashboards/dashboards.ts';
import { dashboardJson } from './dashboards/grafana.ts';
import { rulesFile } from './rules/rule.ts';
import { ruleGroups } from './rules/rules.ts';

/** A path below the folder that is written to, and the text of that file. */
export type MonitoringFiles = Readonly<Record<string, string>>;

export function monitoringFiles(): MonitoringFiles {
  return {
    'prometheus/harbinger-rules.yml': rulesFile(ruleGroups),
    ...Object.fromEntries(
      dashboards.map((each) => [`grafana/dashboards/harbinger-${each.name}.json`, dashboardJson(each)]),
    ),
    'grafana/provisioning/dashboards/harbinger.yaml': dashboardProvider,
  };
}
