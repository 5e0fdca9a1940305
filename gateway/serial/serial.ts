import { sleep } from '../../shared/runtime/clock.ts';
import { HarbingerError } from '../../shared/runtime/errors.ts';
import type { Source } from '../ports/source.ts';
import type { SerialConfig, SerialPortConfig } from './config.ts';
import { systemPorts } from './device.ts';
import { type PortOpener, type PortStats, type SerialDeps, SerialLine } from './port.ts';

const stopMaxMs = 5_000;

export interface SerialSource extends Source {
  stats(): PortStats[];
}

/**
 * The serial lines of the configuration: each line of text becomes a message on its port's topic. A port that cannot be
 * opened never fails start(); it is tried again for ever.
 * @throws HarbingerError CONFIG_INVALID
 */
export function createSerialSource(
  config: SerialConfig,
  deps: SerialDeps,
  open: PortOpener = systemPorts(deps.clock),
): SerialSource {
  checkSerialConfig(config);
  const lines = config.ports.map((port) => new SerialLine(port, topicOf(port), deps, open));
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  return {
    async start() {
      running = Promise.all(lines.map((line) => line.run(stopping.signal)));
    },
    async stop() {
      stopping.abort();
      const done = Promise.all([running, ...lines.map((line) => line.idle())]);
      const limit = new AbortController();
      await Promise.race([done, sleep(deps.clock, stopMaxMs, limit.signal)]);
      limit.abort();
    },
    stats: () => lines.map((line) => ({ ...line.stats })),
  };
}

/** What the schema cannot say. @throws HarbingerError CONFIG_INVALID */
export function checkSerialConfig({ ports }: SerialConfig): void {
  for (const port of ports) topicOf(port);
  if (new Set(ports.map(({ path }) => path)).size < ports.length)
    throw invalid('two ports have the same path');
}

function topicOf({ path, topic, site, machine }: SerialPortConfig): string {
  const values: Record<string, string | undefined> = { site, machine };
  const filled = topic.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw invalid(`${path}: its topic uses {${name}}; set ${name} for this port`);
    return value;
  });
  if (/[+#{}\0]/.test(filled) || filled.startsWith('$') || filled.split('/').includes('')) {
    throw invalid(`${path}: '${filled}' is not a topic that a message can be sent on`);
  }
  return filled;
}

function invalid(problem: string): HarbingerError {
  return new HarbingerError('CONFIG_INVALID', 'config', `serial: ${problem}`);
}
