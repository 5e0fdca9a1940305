import type { Assessment } from '../../../shared/contract/events.ts';
import { seriesPrefix, stringField, timestampText } from '../../../shared/contract/line-protocol.ts';
import type { AlertInput, MachineIdentity } from '../../ports/decision.ts';
import { evidenceFields } from './evidence.ts';

/** The line up to its fields, encoded once per machine. */
export function estimatePrefix(gateway: string, machine: MachineIdentity): string {
  return seriesPrefix('estimate', gateway, machine.machine, machine.site);
}

/**
 * Formats an assessment as one line: floats, among them the evidence for the machine's state, then the strings source,
 * type, unit and model or detector.
 */
export function estimateLine(prefix: string, input: AlertInput, assessment: Assessment): string {
  const { machine, timeMs } = input;
  const { remainingLife: life, model, detector } = assessment;
  const fields = [
    ...(life ? [`rul_p10=${life.p10}`, `rul_p50=${life.p50}`, `rul_p90=${life.p90}`] : []),
    `health=${assessment.health}`,
    `anomaly=${assessment.anomaly}`,
    `confidence=${assessment.confidence}`,
    ...evidenceFields(input, assessment),
    `source=${stringField(assessment.source)}`,
    `type=${stringField(machine.type.name)}`,
    `unit=${stringField(machine.type.lifeUnit)}`,
    ...(model ? [`model=${stringField(`${model.name}@${model.version}`)}`] : []),
    ...(detector ? [`detector=${stringField(`${detector.name}@${detector.version}`)}`] : []),
  ];
  return `${prefix}${fields.join(',')} ${timestampText(Math.floor(timeMs), 0)}`;
}
