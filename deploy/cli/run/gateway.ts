/**
 * Commands that start something that runs until it is stopped (deploy/cli/run). Each loads its module only when it
 * runs. This file is `harbinger gateway`.
 */
import type { Command } from 'commander';
import { requireSide } from '../../service/installed-side.ts';
import { runSide } from '../config-sides.ts';
import { port, stopSignal } from '../options.ts';

export function addGateway(program: Command): void {
  program
    .command('gateway')
    .description('run a gateway: MQTT broker, serial sensors, journal, model, uplink')
    .option('--config <file>', 'TOML file; FILE.d/*.toml are merged over it')
    .option('--data <dir>', 'data folder (default: in your home)')
    .option('--mqtt-port <port>', 'MQTT for sensors (default 1883)', port)
    .option('--http-port <port>', 'health, metrics, dead letters (default 8081)', port)
    .addHelpText('after', '\nExample:\n  harbinger gateway --config /etc/harbinger/gateway.toml\n')
    .action(async (options: { config?: string; data?: string; mqttPort?: number; httpPort?: number }) => {
      requireSide('gateway');
      const { runGateway } = await import('../../../gateway/main.ts');
      const { tellSystemd } = await import('../../service/systemd.ts');
      await runSide('gateway', options.config, () =>
        runGateway(options, stopSignal(), (gateway) => tellSystemd('gateway', gateway.answers)),
      );
    });
}
