/**
 * Modbus devices as a source (gateway/sources/modbus): lines are opened, their devices polled on a schedule, and what they
 * have is handed in as readings. Frames, lines and the meaning of registers are in shared/modbus. From outside only part.ts
 * is imported.
 */
import { refuse } from '../../../shared/config/problem.ts';
import { type LineOpener, lineOpener } from '../../../shared/modbus/line/open-line.ts';
import { sleep } from '../../../shared/runtime/clock.ts';
import type { Source } from '../../ports/source.ts';
import { modbusProblems } from './check.ts';
import type { LineConfig, ModbusConfig } from './config.ts';
import { LineRunner, type RunnerDeps } from './line-runner.ts';
import { type LineStats, modbusSamples } from './statistics.ts';

const stopMsMax = 5_000;

export interface ModbusSource extends Source {
  stats(): LineStats[];
}

/**
 * The lines of the configuration. One that cannot be opened never makes start() fail; opening it is retried for ever.
 * @throws ConfigError CONFIG_INVALID, MODBUS_MAP_INVALID
 */
export function createModbusSource(
  config: ModbusConfig,
  deps: RunnerDeps,
  open: (line: LineConfig) => LineOpener = (line) => systemLine(line, deps),
): ModbusSource {
  refuse(modbusProblems(config));
  const runners = config.lines.map((line) => new LineRunner(line, deps, open(line)));
  let running: Promise<unknown> = Promise.resolve();
  const stats = () => runners.map((runner) => runner.stats());
  return {
    async start() {
      running = Promise.all(runners.map((runner) => runner.run()));
    },
    async stop() {
      const done = Promise.all([running, ...runners.map((runner) => runner.stop())]);
      const limit = new AbortController();
      await Promise.race([done, sleep(deps.clock, stopMsMax, limit.signal)]);
      limit.abort();
    },
    stats,
    samples: () => modbusSamples(stats()),
    status: stats,
  };
}

function systemLine(line: LineConfig, { clock }: RunnerDeps): LineOpener {
  const { path, baudRate, dataBits, stopBits, parity, host = '', port, framing, quietMs, lateMsMax } = line;
  const way = path === undefined ? { host, port } : ({ path, baudRate, dataBits, stopBits, parity } as const);
  return lineOpener({ way, framing, quietMs, lateMsMax }, clock);
}
