import { alerts } from './alerts.ts';
import { fleet } from './fleet.ts';
import { gateways } from './gateways.ts';
import { machine } from './machine.ts';
import type { Dashboard } from './panel.ts';

/** All dashboards. A new one is a file beside this one, and a line here. */
export const dashboards: readonly Dashboard[] = [fleet, machine, gateways, alerts];

/** The provider by which Grafana reads the dashboards from a folder. It may not be changed in Grafana, but saved under another name. */
export const dashboardProvider = `# Put this file, or a link to it, into /etc/grafana/provisioning/dashboards.
apiVersion: 1
providers:
  - name: harbinger
    folder: Harbinger
    type: file
    updateIntervalSeconds: 60
    options:
      path: /etc/harbinger/monitoring/grafana/dashboards
`;
