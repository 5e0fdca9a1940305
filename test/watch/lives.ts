/** Runs whole lives through the assessors like the gateway: one assessment per row, then the alert's rules. */

import { quiet, step } from '../../gateway/decisions/alert/state/alert-state.ts';
import type { AlertInput, Assessor } from '../../gateway/ports/decision.ts';
import type { Run } from '../../models/data/dataset.ts';
import type { Assessment } from '../../shared/contract/events.ts';
import type { EstimatePolicy } from '../../shared/domain/alert-policy.ts';
import { type MachineType, windowRowsMin } from '../../shared/domain/machine-type.ts';

/** One input for each row from which on machines of the type are assessed, the oldest first. */
export function inputsOf(run: Run, type: MachineType): AlertInput[] {
  const sensors = type.sensors.length;
  const inputs: AlertInput[] = [];
  for (let end = windowRowsMin(type); end <= run.rows; end++) {
    const window = new Float32Array(type.windowRows * sensors).fill(Number.NaN);
    const rows = Math.min(end, type.windowRows);
    window.set(
      run.values.subarray((end - rows) * sensors, end * sensors),
      (type.windowRows - rows) * sensors,
    );
    inputs.push({
      machine: { site: 'plant', machine: run.machine, type },
      timeMs: end * type.stepMs,
      window,
      rows: type.windowRows,
    });
  }
  return inputs;
}

export async function assessLife(assessor: Assessor, inputs: AlertInput[]): Promise<Assessment[]> {
  const assessments: Assessment[] = [];
  for (let start = 0; start < inputs.length; start += 64) {
    const batch = inputs.slice(start, start + 64);
    const answers = await assessor.assess(batch, new AbortController().signal);
    assessments.push(...answers.map((answer) => answer!));
  }
  return assessments;
}

/** Remaining life, in rows, when the alert opens for the first time; null if it never does. */
export function leadRows(assessments: Assessment[], policy: EstimatePolicy): number | null {
  let track = quiet;
  const limits = { updateMsMin: 0, updateLifeChange: 1 };
  for (let i = 0; i < assessments.length; i++) {
    const { remainingLife, ...assessment } = assessments[i]!;
    const after = step(track, policy, limits, { ...assessment, life: remainingLife?.p50 ?? null }, i);
    if (after.change?.kind === 'opened') return assessments.length - 1 - i;
    track = after.track;
  }
  return null;
}

export interface LeadReport {
  lives: number;
  /** Alerts opened with at least `usefulRows` left and at most twice the alert's threshold. */
  inTime: number;
  late: number;
  missed: number;
  /** Alerts opened with more than twice the threshold left. */
  tooEarly: number;
  medianRows: number;
}

export function reportLeads(
  leads: (number | null)[],
  policy: EstimatePolicy,
  usefulRows: number,
): LeadReport {
  const opened = leads.filter((lead) => lead !== null).sort((a, b) => a - b);
  return {
    lives: leads.length,
    inTime: opened.filter((lead) => lead >= usefulRows && lead <= 2 * policy.openAt).length,
    late: opened.filter((lead) => lead < usefulRows).length,
    missed: leads.length - opened.length,
    tooEarly: opened.filter((lead) => lead > 2 * policy.openAt).length,
    medianRows: opened[opened.length >> 1] ?? 0,
  };
}
