/** `harbinger replay`. */
import type { Command } from 'commander';
import { findGatewayBehind, request } from '../http-client.ts';
import { mqttUrl, positive, type ReachOptions, stopSignal, withReach } from '../options.ts';

type ReplayFlags = Record<string, unknown> & ReachOptions & { mqttUrl: string };

export function addReplay(program: Command): void {
  const command = program
    .command('replay')
    .description('publish recorded history over MQTT as sensors would')
    .argument('<file>', 'a CSV, or NASA C-MAPSS text')
    .requiredOption('--type <type>', 'machine type of the recorded machines, e.g. turbofan')
    .option('--speed <n|max>', 'factor on the recorded pace; max: as fast as possible', '1')
    .option('--format <csv|cmapss>', 'format of the file (default: detected)')
    .option('--site <name>', 'site in the topics (default: the machine type)')
    .option('--machine <name>', 'the machine of all rows (default: column machine, else the file’s name)')
    .option('--machine-column <name>', 'column that names the machine of each row')
    .option('--time-column <name>', 'column with the time')
    .option('--rate <rows/s>', 'recorded pace of a CSV without times', positive)
    .option(
      '--timestamps <now|original>',
      'time of the readings: when they are sent, or when they were recorded',
      'now',
    )
    .option(
      '--behind-days <n>',
      'how far times may be behind: as timestamps.behindMsMax of the gateway',
      positive,
    )
    .option('--decimal <mark>', 'decimal mark of a CSV, . or , (default: decided for each column)')
    .option(
      '--machine-types <dir>',
      'folder with machine types of your own, as machineTypesDir of the gateway',
    )
    .option('--ca-file <pem>', 'authority that signed the gateway’s certificate, for mqtts')
    .option('--no-announce-failures', 'do not announce failures of C-MAPSS engines')
    .option('--again', 'send the readings as new ones although the file was replayed before')
    .option('--mqtt-url <url>', 'the gateway', mqttUrl, 'mqtt://127.0.0.1:1883')
    .option('--username <name>', 'MQTT user (password from $HARBINGER_MQTT_PASSWORD)')
    .addHelpText(
      'after',
      `
Examples:
  harbinger replay train_FD001.txt --type turbofan --speed 20
  harbinger replay vibration.csv --type pump --machine pump-7 --time-column time --speed max
`,
    );
  withReach(command, 'gateway').action(async (file: string, options: ReplayFlags) => {
    const { runReplayCommand } = await import('../../replay/command.ts');
    const endpoint = findGatewayBehind(options.mqttUrl, options);
    const ask = endpoint && ((path: string) => request(endpoint, 'GET', path));
    process.exitCode = await runReplayCommand(file, options, stopSignal(), ask);
  });
}
