import type { Assessment } from '../../../shared/contract/events.ts';
import { seriesPrefix, stringField, timestampText } from '../../../shared/contract/line-protocol.ts';
import type { MachineIdentity } from '../../ports/decision.ts';

/** The line up to its fields, encoded once per machine. */
export function estimatePrefix(gateway: string, machine: MachineIdentity): string {
  return seriesPrefix('estimate', gateway, machine.machine, machine.site);
}

/** Formats an assessment as one line: floats, then the strings source, type, unit and model or detector. */
export function estimateLine(
  prefix: string,
  machine: MachineIdentity,
  assessment: Assessment,
  timeMs: number,
): string {
  const { remainingLife: life, model, detector } = assessment;
  const fields = [
    ...(life ? [`rul_p10=${life.p10}`, `rul_p50=${life.p50}`, `rul_p90=${life.p90}`] : []),
    `health=${assessment.health}`,
    `anomaly=${assessment.anomaly}`,
    `confidence=${assessment.confidence}`,
    `source=${stringField(assessment.source)}`,
    `type=${stringField(machine.type.name)}`,
    `unit=${stringField(machine.type.lifeUnit)}`,
    ...(model ? [`model=${stringField(`${model.name}@${model.version}`)}`] : []),
    ...(detector ? [`detector=${stringField(`${detector.name}@${detector.version}`)}`] : []),
  ];
  return `${prefix}${fields.join(',')} ${timestampText(Math.floor(timeMs), 0)}`;
}
