import type { Command } from 'commander';
import { httpUrl, positive, withReach } from '../../options.ts';
import type { TeachOptions } from './history.ts';
import { machineName, type NamedMachine } from './names.ts';

/** Collects one value per option. */
const several = (text: string, previous: string[] = []) => [...previous, text];

/** `harbinger machines teach`; teach.ts does it. */
export function addTeach(group: Command): void {
  withReach(group.command('teach'), 'gateway')
    .description(
      'at a gateway: learn what is normal for a machine from its history; nothing is told about it',
    )
    .argument('<machine>', 'SITE/MACHINE', machineName)
    .option(
      '--from <file>',
      'a CSV with a column time and the names of its sensors (default: what its cloud has stored)',
    )
    .option(
      '--cloud-url <url>',
      'the cloud to ask, if it does not run with its data beside those of the gateway',
    )
    .option(
      '--cloud-token <token>',
      'its API token, if it is not that of the gateway (better: $HARBINGER_CLOUD_TOKEN)',
    )
    .option('--influx <url>', 'an InfluxDB to ask instead, such as http://10.0.0.5:8086', httpUrl)
    .option('--influx-database <name>', 'its database, or the bucket of an InfluxDB 2')
    .option('--influx-org <name>', 'the organisation of an InfluxDB 2; without it 1.x is asked, by InfluxQL')
    .option(
      '--influx-user <name>',
      'a user of an InfluxDB 1, with $HARBINGER_INFLUX_PASSWORD; else $HARBINGER_INFLUX_TOKEN',
    )
    .option('--influx-measurement <name>', 'the measurement (default: the machine type)')
    .option(
      '--influx-tag <tag=value>',
      'its tags there, each once (default: site=SITE and machine=MACHINE)',
      several,
    )
    .option('--influx-field <sensor=field>', 'a sensor whose field has another name there', several)
    .option('--days <n>', 'how many days of it, from the cloud or the InfluxDB', positive, 90)
    .option('--anyway', 'also if the history is doubtful: sensors in other units, or always the same')
    .option('--by <name>', 'who says so (default: the user of this shell)')
    .addHelpText(
      'after',
      `
Examples:
  harbinger machines teach hall-1/pump-3 --from history.csv
  harbinger machines teach hall-1/pump-3 --days 30      from the embedded store of its cloud
  harbinger machines teach hall-1/pump-3 --influx http://10.0.0.5:8086 --influx-database plant \\
      --influx-measurement opc --influx-tag asset=P3 --influx-field temperature=Temp_degC

What was learnt takes the place of what was normal before. Rows at rest are left out, and columns that are not named as a
sensor is (case matters); the oldest row must be the first. A history without values is refused, and one in which sensors are
always the same, or never where they are now: another unit, another machine (--anyway). Faults that people have
named stay. After an upgrade that cannot go on with what an older version has learnt, the gateway learns from
its journal's tail by itself; this adds what the journal does not have any more.
`,
    )
    .action(async (name: NamedMachine, options: TeachOptions) => {
      const { teachAtGateway } = await import('./teach.ts');
      await teachAtGateway(name, options);
    });
}
