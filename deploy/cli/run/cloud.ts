/** `harbinger cloud`. */
import type { Command } from 'commander';
import { requireSide } from '../../service/installed-side.ts';
import { runSide } from '../config-sides.ts';
import { port, stopSignal } from '../options.ts';

export function addCloud(program: Command): void {
  program
    .command('cloud')
    .description('run a cloud sink: ingest for gateways, store, alerts, page and API')
    .option('--config <file>', 'TOML file; FILE.d/*.toml are merged over it')
    .option('--data <dir>', 'data folder (default: in your home)')
    .option('--mqtt-port <port>', 'MQTT for gateways (default 1884)', port)
    .option('--http-port <port>', 'page and API (default 8080)', port)
    .addHelpText('after', '\nExample:\n  harbinger cloud --config /etc/harbinger/cloud.toml\n')
    .action(async (options: { config?: string; data?: string; mqttPort?: number; httpPort?: number }) => {
      requireSide('cloud');
      const { runCloud } = await import('../../../cloud/main.ts');
      const { tellSystemd } = await import('../../service/systemd.ts');
      const { childTrainer } = await import('../../retrain/child-trainer.ts');
      const told = () => tellSystemd('cloud', async () => {});
      await runSide('cloud', options.config, () => runCloud(options, stopSignal(), told, childTrainer()));
    });
}
