/** The options of `npm start`, and the commands that the demonstration proposes to its user. */
import { join } from 'node:path';
import { Command } from 'commander';
import { defaultDataDir } from '../../shared/files/paths.ts';
import { port, refuseEmptyPaths } from '../cli/options.ts';
import { sayUsage } from '../cli/usage.ts';
import { shellQuoted } from '../shown-commands.ts';
import { freePorts, type PortOptions } from './ports.ts';

export interface DemoOptions extends PortOptions {
  data: string;
  /** Whether to delete the data of an earlier demonstration. */
  fresh: boolean;
}

/** The folder of a demonstration that was started without `--data`; `harbinger` finds it by itself. */
const defaultDir = join(defaultDataDir(), 'demo');

const program = 'npm start --';

/** @throws CommanderError for wrong usage, and after --help; what it says is printed by then */
export function parseDemoOptions(argv: readonly string[]): DemoOptions {
  const command = new Command(program)
    .exitOverride()
    .description('The demonstration: gateway, cloud and a virtual plant on this machine’s loopback.')
    .option('--mqtt-port <port>', 'MQTT for sensors', port, 1883)
    .option('--http-port <port>', 'page and API', port, 8080)
    .option(
      '--gateway-http-port <port>',
      'gateway’s API and metrics (default: the page’s port + 1, or any)',
      port,
    )
    .option('--data <dir>', 'data folder', defaultDir)
    .option('--fresh', 'forget earlier data and start over', false)
    .addHelpText('after', '\nExample:\n  npm start -- --http-port 9090 --fresh\n');
  command.configureOutput(sayUsage(command, program));
  refuseEmptyPaths(command);
  return command.parse(argv as string[], { from: 'user' }).opts<DemoOptions>();
}

/**
 * Returns the command that would start the same demonstration on free ports. It keeps those of the given ports that
 * are free.
 */
export async function startElsewhere(options: DemoOptions): Promise<string> {
  const { mqttPort, httpPort, gatewayHttpPort } = await freePorts(options);
  return [
    `npm start -- --mqtt-port ${mqttPort} --http-port ${httpPort}`,
    ...(gatewayHttpPort === undefined ? [] : [`--gateway-http-port ${gatewayHttpPort}`]),
    ...(options.fresh ? ['--fresh'] : []),
    ...dataOption(options.data),
  ].join(' ');
}

/** The command that asks this demonstration, e.g. with `deadletters list`. */
export function askDemo(words: string, data: string): string {
  return [`npm run harbinger -- ${words}`, ...dataOption(data)].join(' ');
}

function dataOption(data: string): string[] {
  return data === defaultDir ? [] : [`--data ${shellQuoted(data)}`];
}
