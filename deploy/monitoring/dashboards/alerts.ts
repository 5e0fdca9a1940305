import { chosen, type Dashboard, influx, machineVariable, prometheus, siteVariable } from './panel.ts';

export const alerts: Dashboard = {
  name: 'alerts',
  title: 'Harbinger: alerts',
  about: 'Alerts about machines and about Harbinger itself, and whether people were told.',
  span: '7d',
  variables: [siteVariable, machineVariable],
  panels: [
    {
      title: 'Open predictions',
      about: 'Predictions that gateways have open now, by severity.',
      kind: 'stat',
      width: 8,
      queries: [prometheus('sum by (severity) (harbinger_predictions_open)', '{{severity}}')],
    },
    {
      title: 'Harbinger itself',
      about: 'Alerts that gateways and clouds have open about themselves.',
      kind: 'stat',
      width: 8,
      yellowRed: [1, 5],
      queries: [prometheus('sum(harbinger_conditions_open) or vector(0)')],
    },
    {
      title: 'Notifications that wait',
      about: 'Notifications that their receiver has not confirmed yet.',
      kind: 'stat',
      width: 8,
      yellowRed: [1, 20],
      queries: [prometheus('sum by (notifier) (harbinger_notifications_waiting)', '{{notifier}}')],
    },
    {
      title: 'Changes by severity',
      about: 'Alerts that were opened, or changed while open.',
      kind: 'timeseries',
      queries: [
        influx(
          `SELECT COUNT("id") FROM "alert" WHERE ${chosen} AND "state" = 'open' GROUP BY time($__interval), "severity" fill(none)`,
          '$tag_severity',
        ),
      ],
    },
    {
      title: 'Changes by failure mode',
      about: 'The same by what is expected to fail.',
      kind: 'timeseries',
      queries: [
        influx(
          `SELECT COUNT("id") FROM "alert" WHERE ${chosen} AND "state" = 'open' GROUP BY time($__interval), "failure_mode" fill(none)`,
          '$tag_failure_mode',
        ),
      ],
    },
    {
      title: 'Noisiest machines',
      about: 'How often alerts of each machine were opened or changed within the time shown.',
      kind: 'table',
      queries: [
        influx(
          `SELECT COUNT("id") AS "changes" FROM "alert" WHERE ${chosen} AND "state" = 'open' GROUP BY "site", "machine"`,
        ),
      ],
    },
    {
      title: 'Rules of Prometheus',
      about: 'Rules of harbinger-rules.yml that fire, or will if it lasts.',
      kind: 'table',
      queries: [
        prometheus('sum by (alertname, alertstate, severity, instance) (ALERTS{alertname=~"Harbinger.*"})'),
      ],
    },
    {
      title: 'The latest alerts',
      about: 'Changes of alerts, the latest first.',
      kind: 'table',
      width: 24,
      queries: [
        influx(
          `SELECT "site", "machine", "state", "severity", "failure_mode", "remaining_life", "outcome", "text" FROM "alert" WHERE ${chosen} ORDER BY time DESC LIMIT 200`,
        ),
      ],
    },
  ],
};
