import { chosen, type Dashboard, influx, machineVariable, siteVariable } from './panel.ts';

const perMachine = 'GROUP BY time($__interval), "site", "machine" fill(none)';
const nameOfMachine = '$tag_site/$tag_machine';

export const fleet: Dashboard = {
  name: 'fleet',
  title: 'Harbinger: fleet',
  about: 'All machines: health, remaining life, what is unusual, and the alerts that were opened.',
  span: '24h',
  variables: [siteVariable, machineVariable],
  panels: [
    {
      title: 'Machines judged',
      about: 'Machines that were judged within the time shown.',
      kind: 'stat',
      width: 6,
      queries: [
        influx(
          `SELECT COUNT("health") FROM (SELECT LAST("health") AS "health" FROM "estimate" WHERE ${chosen} GROUP BY "site", "machine")`,
        ),
      ],
    },
    {
      title: 'Least health',
      about: 'The least health that a machine has had: 1 is as new, 0 has failed.',
      kind: 'stat',
      width: 6,
      unit: 'percentunit',
      yellowRed: [0.6, 0.3],
      queries: [
        influx(
          `SELECT MIN("health") FROM (SELECT LAST("health") AS "health" FROM "estimate" WHERE ${chosen} GROUP BY "site", "machine")`,
        ),
      ],
    },
    {
      title: 'Alerts opened',
      about: 'Alerts about machines that were opened within the time shown, with their changes.',
      kind: 'stat',
      width: 6,
      queries: [influx(`SELECT COUNT("id") FROM "alert" WHERE ${chosen} AND "state" = 'open'`)],
    },
    {
      title: 'Estimates',
      about: 'Estimates that were stored within the time shown; they are thinned for each machine.',
      kind: 'stat',
      width: 6,
      queries: [influx(`SELECT COUNT("health") FROM "estimate" WHERE ${chosen}`)],
    },
    {
      title: 'Machines',
      about: 'The latest estimate of each machine: remaining life is in the unit of its type.',
      kind: 'table',
      width: 24,
      queries: [
        influx(
          `SELECT LAST("health") AS "health", "anomaly", "confidence", "rul_p10", "rul_p50", "rul_p90", "unit", "source" FROM "estimate" WHERE ${chosen} GROUP BY "site", "machine"`,
        ),
      ],
    },
    {
      title: 'Health',
      about: '1 is as new, 0 has failed.',
      kind: 'timeseries',
      unit: 'percentunit',
      min: 0,
      max: 1,
      queries: [influx(`SELECT MIN("health") FROM "estimate" WHERE ${chosen} ${perMachine}`, nameOfMachine)],
    },
    {
      title: 'Remaining life',
      about: 'The median, in the unit of the machine’s type.',
      kind: 'timeseries',
      min: 0,
      queries: [
        influx(`SELECT MEAN("rul_p50") FROM "estimate" WHERE ${chosen} ${perMachine}`, nameOfMachine),
      ],
    },
    {
      title: 'Anomaly',
      about: 'How unusual a machine is: 0 is as always, from 1 on it is unusual.',
      kind: 'timeseries',
      min: 0,
      queries: [influx(`SELECT MAX("anomaly") FROM "estimate" WHERE ${chosen} ${perMachine}`, nameOfMachine)],
    },
    {
      title: 'Limits met',
      about: '1: a value is beyond a limit that warns, 2: beyond one that alarms.',
      kind: 'timeseries',
      min: 0,
      max: 2,
      queries: [
        influx(`SELECT MAX("limits_met") FROM "estimate" WHERE ${chosen} ${perMachine}`, nameOfMachine),
      ],
    },
  ],
};
