import { chosen, type Dashboard, influx, machineVariable, siteVariable } from './panel.ts';

const mean = (field: string) => `MEAN("${field}") AS "${field}"`;

export const machine: Dashboard = {
  name: 'machine',
  title: 'Harbinger: machine',
  about:
    'One machine: its sensors, its remaining life with the interval, its health, and what is reported of it.',
  span: '24h',
  variables: [
    siteVariable,
    { ...machineVariable, isOne: true },
    {
      name: 'type',
      label: 'Machine type',
      influxQl: 'SHOW MEASUREMENTS',
      isOne: true,
      filter: '/^(?!(estimate|event|alert|harbinger_probe)$).*/',
    },
  ],
  panels: [
    {
      title: 'Remaining life',
      about: 'The median and the interval of 80 %, in the unit of the machine’s type.',
      kind: 'timeseries',
      min: 0,
      queries: [
        influx(
          `SELECT ${['rul_p10', 'rul_p50', 'rul_p90'].map(mean).join(', ')} FROM "estimate" WHERE ${chosen} GROUP BY time($__interval) fill(none)`,
          '$col',
        ),
      ],
    },
    {
      title: 'Health, confidence, anomaly',
      about:
        'Health: 1 is as new, 0 has failed. Confidence: how sure the estimate is. Anomaly: unusual from 1 on.',
      kind: 'timeseries',
      min: 0,
      queries: [
        influx(
          `SELECT ${['health', 'confidence', 'anomaly'].map(mean).join(', ')} FROM "estimate" WHERE ${chosen} GROUP BY time($__interval) fill(none)`,
          '$col',
        ),
      ],
    },
    {
      title: 'Sensors',
      about: 'The means of all numbers that the machine sends, in the units of its type.',
      kind: 'timeseries',
      width: 24,
      queries: [
        influx(
          `SELECT MEAN(*) FROM "\${type}" WHERE ${chosen} GROUP BY time($__interval) fill(none)`,
          '$col',
        ),
      ],
    },
    {
      title: 'Judged by',
      about: 'The latest estimates: which model or detector judged, and how near limits and policies are.',
      kind: 'table',
      queries: [
        influx(
          `SELECT "source", "model", "detector", "limits_met", "policies_met", "confidence" FROM "estimate" WHERE ${chosen} ORDER BY time DESC LIMIT 20`,
        ),
      ],
    },
    {
      title: 'Alerts',
      about: 'Changes of alerts about the machine, the latest first.',
      kind: 'table',
      queries: [
        influx(
          `SELECT "state", "severity", "failure_mode", "remaining_life", "outcome", "text" FROM "alert" WHERE ${chosen} ORDER BY time DESC LIMIT 50`,
        ),
      ],
    },
    {
      title: 'Events',
      about:
        'Everything else that was reported of the machine, the latest first: deploy/docs names the types.',
      kind: 'table',
      width: 24,
      queries: [influx(`SELECT "type", "data" FROM "event" WHERE ${chosen} ORDER BY time DESC LIMIT 50`)],
    },
  ],
};
