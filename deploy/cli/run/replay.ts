/** `harbinger replay`. */
import type { Command } from 'commander';
import { mqttUrl, positive, stopSignal } from '../options.ts';

export function addReplay(program: Command): void {
  program
    .command('replay')
    .description('publish recorded history as sensors over MQTT')
    .argument('<file>', 'a CSV, or NASA C-MAPSS text')
    .requiredOption('--type <type>', 'machine type of what is in it, e.g. turbofan')
    .option('--speed <n|max>', 'times the recorded pace; without times: rows a second and machine', '1')
    .option('--format <csv|cmapss>', 'default: seen from the file')
    .option('--site <name>', 'site in the topics (default: the machine type)')
    .option('--machine <name>', 'the machine of all rows (default: column machine, else the file’s name)')
    .option('--machine-column <name>', 'column that names the machine of each row')
    .option('--time-column <name>', 'column with the time')
    .option('--rate <rows/s>', 'recorded pace of a CSV without times', positive)
    .option('--timestamps <now|original>', 'send the recorded times too', 'now')
    .option('--no-announce-failures', 'do not say when a C-MAPSS engine has failed')
    .option('--again', 'replay a file that was replayed before as new readings')
    .option('--mqtt-url <url>', 'the gateway', mqttUrl, 'mqtt://127.0.0.1:1883')
    .option('--username <name>', 'MQTT user (password from $HARBINGER_MQTT_PASSWORD)')
    .option('--json', 'print the summary as JSON')
    .addHelpText(
      'after',
      `
Examples:
  harbinger replay train_FD001.txt --type turbofan --speed 20
  harbinger replay vibration.csv --type pump --machine pump-7 --time-column time --speed max
`,
    )
    .action(async (file: string, options: Record<string, unknown>) => {
      const { runReplayCommand } = await import('../../replay/command.ts');
      process.exitCode = await runReplayCommand(file, options, stopSignal());
    });
}
