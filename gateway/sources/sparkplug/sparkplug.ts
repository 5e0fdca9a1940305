/**
 * Sparkplug B as a source (gateway/sources/sparkplug): the gateway is the host of edge nodes at a broker, another one or its
 * own. Payloads are read in shared/sparkplug, the session at the broker is in shared/broker-sessions. From outside only part.ts
 * is imported.
 */
import { refuse } from '../../../shared/config/problem.ts';
import type { Source } from '../../ports/source.ts';
import { sparkplugProblems } from './check.ts';
import type { SparkplugConfig } from './config.ts';
import { Host, type HostDeps } from './host.ts';
import { type HostStats, sparkplugSamples } from './statistics.ts';

const stopMsMax = 5_000;

export interface SparkplugSource extends Source {
  stats(): HostStats[];
}

/** The hosts of the configuration. A broker that cannot be reached never makes start() fail. @throws ConfigError CONFIG_INVALID */
export function createSparkplug(config: SparkplugConfig, deps: HostDeps): SparkplugSource {
  refuse(sparkplugProblems(config));
  let hosts: Host[] = [];
  let running: Promise<unknown> = Promise.resolve();
  const stats = () => hosts.map((host) => host.stats());
  return {
    async start() {
      hosts = config.hosts.map((host, i) => new Host(host, `sparkplug.hosts[${i}]`, deps));
      running = Promise.all(hosts.map(({ session }) => session.run()));
    },
    async stop() {
      const limit = new AbortController();
      const late = deps.clock.setTimer(stopMsMax, () => limit.abort());
      await Promise.all(hosts.map((host) => host.stop(limit.signal)));
      await running;
      late.cancel();
    },
    peers: () => hosts.map((host) => host.peer()),
    stats,
    samples: () => sparkplugSamples(stats()),
    status: stats,
  };
}
