import { GatewayConfig } from '../../gateway/config.ts';
import { type DataPlane, startDataPlane } from '../../gateway/pipeline/plane.ts';
import { builtInTypesDir, loadMachineTypes } from '../../shared/domain/machine-types.ts';
import { unlimited } from '../../shared/runtime/budget.ts';
import { type Clock, systemClock } from '../../shared/runtime/clock.ts';
import { silentLog } from '../../shared/runtime/log.ts';
import { systemRandom } from '../../shared/runtime/random.ts';
import { compileValidator } from '../../shared/runtime/validate.ts';

const readConfig = compileValidator(GatewayConfig);

/**
 * Starts a gateway's real data plane in this thread, on a real disk, with the default configuration.
 * @param time what it takes the time from; its timers are real
 */
export function openGatewayPlane(
  dataDir: string,
  time: Pick<Clock, 'nowMs' | 'monotonicMs'> = systemClock,
): Promise<DataPlane> {
  const config = readConfig({ gateway: 'g', dataDir }, (problem) => new Error(problem));
  return startDataPlane(
    { config, types: loadMachineTypes([builtInTypesDir]) },
    {
      clock: { ...systemClock, nowMs: () => time.nowMs(), monotonicMs: () => time.monotonicMs() },
      random: systemRandom,
      limited: unlimited,
      log: silentLog,
      columns() {},
      lifecycle() {},
      maintenance: async () => {},
    },
  );
}
