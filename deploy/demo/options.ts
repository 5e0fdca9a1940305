import { join } from 'node:path';
import { Command } from 'commander';
import { defaultDataDir } from '../../shared/files/paths.ts';
import { port } from '../cli/options.ts';

export interface DemoOptions {
  mqttPort: number;
  httpPort: number;
  data: string;
  fresh: boolean;
}

export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  return new Command('npm start --')
    .description('The demonstration: gateway, cloud and a virtual plant on this machine’s loopback.')
    .option('--mqtt-port <port>', 'MQTT for sensors', port, 1883)
    .option('--http-port <port>', 'page and API', port, 8080)
    .option('--data <dir>', 'data folder', join(defaultDataDir(), 'demo'))
    .option('--fresh', 'forget earlier data and start over', false)
    .addHelpText('after', '\nExample:\n  npm start -- --http-port 9090 --fresh\n')
    .parse(argv as string[], { from: 'user' })
    .opts<DemoOptions>();
}
