import { type ConfigProblem, invalid, refuse } from '../../../shared/config/problem.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import type { Source } from '../../ports/source.ts';
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
 * @throws ConfigError CONFIG_INVALID
 */
export function createSerialSource(
  config: SerialConfig,
  deps: SerialDeps,
  open: PortOpener = systemPorts(deps.clock),
): SerialSource {
  refuse(serialProblems(config));
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

/** What is wrong with the settings beyond what the schema expresses. */
export function serialProblems({ ports }: SerialConfig): ConfigProblem[] {
  const paths = new Set<string>();
  return ports.flatMap((port, i) => {
    const key = `serial.ports[${i}]`;
    const problem = topicProblem(port);
    const problems = problem === null ? [] : [invalid(key, `serial: ${port.path}: ${problem}`)];
    if (paths.has(port.path))
      problems.push(invalid(`${key}.path`, `serial: two ports have the same path, ${port.path}`));
    paths.add(port.path);
    return problems;
  });
}

function topicProblem(port: SerialPortConfig): string | null {
  for (const [, name] of port.topic.matchAll(/\{(\w+)\}/g)) {
    if ((name !== 'site' && name !== 'machine') || port[name] === undefined)
      return `its topic uses {${name}}; set ${name} for this port`;
  }
  const filled = topicOf(port);
  const isTopic = !/[+#{}\0]/.test(filled) && !filled.startsWith('$') && !filled.split('/').includes('');
  return isTopic ? null : `'${filled}' is not a topic that a message can be sent on`;
}

/** The topic with site and machine filled in. */
function topicOf({ topic, site = '', machine = '' }: SerialPortConfig): string {
  return topic.replaceAll('{site}', site).replaceAll('{machine}', machine);
}
