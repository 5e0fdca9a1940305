/** `harbinger plant`. */
import type { Command } from 'commander';
import { fromOne, mqttUrl, positive, stopSignal, wholeNumber } from '../options.ts';

export function addPlant(program: Command): void {
  program
    .command('plant')
    .description('run a virtual plant: pumps that publish over MQTT, wear out, fail and are replaced')
    .option('--mqtt-url <url>', 'the gateway', mqttUrl, 'mqtt://127.0.0.1:1883')
    .option('--username <name>', 'MQTT user (password from $HARBINGER_MQTT_PASSWORD)')
    .option('--machines <n>', 'number of pumps', fromOne, 6)
    .option('--rate <hz>', 'readings per second and pump', positive, 2)
    .option('--site <name>', 'site in the topics', 'plant')
    .option('--seed <n>', 'the same seed gives the same plant', wholeNumber, 1)
    .option('--state <file>', 'file that keeps the ages of the machines over a restart')
    .action(async (options: Record<string, string | number>) => {
      const { runPlantCommand } = await import('../../plant/main.ts');
      await runPlantCommand(options, stopSignal());
    });
}
