import { GatewayConfig } from '../../../gateway/config.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import { gatewayName } from '../cloud/cloud.ts';
import type { Schedule } from '../world/schedule.ts';

const open: MachineType = {
  name: 'open',
  version: '1.0.0',
  description: 'whatever the simulated sensors send',
  lifeUnit: 'cycles',
  stepMs: 100,
  windowRows: 4,
  openSensors: true,
  sensors: [],
  alerts: [],
};

export const machineTypes = new Map([[open.name, open]]);

const base = compileValidator(GatewayConfig)(
  {
    gateway: gatewayName,
    dataDir: '/simulated-gateway',
    broker: {},
    http: {},
    serial: { ports: [] },
    machines: [{ match: 'plant/m*', type: open.name }],
    // Time limits in proportion to the few seconds of a schedule.
    uplink: {
      connectMsMax: 1_000,
      ackMsMax: 4_000,
      backoffFirstMs: 50,
      backoffMaxMs: 1_000,
      lingerMs: 20,
      refusedMsMax: 1_000,
    },
    // A restart reads back a few readings, as of a journal that is far longer than what is read of it.
    journal: { appendPatienceMs: 1_000, replayBytes: 300 },
  },
  (problem) => new Error(problem),
);

/** Shorter than some jumps of the clock, and far longer than a run. */
export const lettersDaysMax = 5;
/** Faults last for a second or two, and a refused batch must be set aside within one. */
const refusedMsMax = 200;

export function gatewayConfig(schedule: Schedule): GatewayConfig {
  const { journalBytesMax: bytesMax, whenFull, batchBytesMax, inFlightMax, lettersMax } = schedule;
  return {
    ...base,
    deadLetters: { ...base.deadLetters, countMax: lettersMax, ageDaysMax: lettersDaysMax },
    journal: { ...base.journal, bytesMax, whenFull },
    uplink: { ...base.uplink, batchBytesMax, inFlightMax, refusedMsMax },
  };
}
