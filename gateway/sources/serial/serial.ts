/**
 * Serial lines as a source (gateway/sources/serial): ports are opened, read line by line, and opened again after a
 * failure. A line goes to the intake like a message on a topic; gateway/decode reads it. From outside only part.ts is
 * imported.
 */
import { refuse } from '../../../shared/config/problem.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import { openSerialDevice } from '../../../shared/serial/device.ts';
import type { Source } from '../../ports/source.ts';
import { serialProblems, topicOf } from './check.ts';
import type { SerialConfig } from './config.ts';
import { type PortOpener, type SerialDeps, SerialLine } from './port.ts';
import { type PortStats, serialSamples } from './statistics.ts';

const stopMaxMs = 5_000;

export interface SerialSource extends Source {
  stats(): PortStats[];
}

/**
 * The serial lines of the configuration: each line of text becomes a message on its port's topic. A port that cannot be
 * opened never makes start() fail; opening it is retried for ever. @throws ConfigError CONFIG_INVALID
 */
export function createSerialSource(
  config: SerialConfig,
  deps: SerialDeps,
  open: PortOpener = (port) => openSerialDevice(port, deps.clock),
): SerialSource {
  refuse(serialProblems(config));
  const lines = config.ports.map((port) => new SerialLine(port, topicOf(port), deps, open));
  const stopping = new AbortController();
  let running: Promise<unknown> = Promise.resolve();
  const stats = () => lines.map((line) => ({ ...line.stats }));
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
    stats,
    samples: () => serialSamples(stats()),
    status: stats,
  };
}
