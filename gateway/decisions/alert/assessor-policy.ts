import { Assessment } from '../../../shared/contract/events.ts';
import type { Policy, Verdict } from '../../../shared/decisions/policy.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import { compileValidator } from '../../../shared/runtime/validate.ts';
import type { AlertInput, Assessor } from '../../ports/decision.ts';

/** Wraps an assessor as a policy of the alert decision. */
export function assessorPolicy(assessor: Assessor): Policy<AlertInput, Assessment> {
  const { assessNow } = assessor;
  return {
    name: assessor.name,
    // Read at each decision, because a newer model may replace it while the gateway runs.
    get version() {
      return assessor.version;
    },
    ...(assessor.mayAnswer && { mayAnswer: assessor.mayAnswer.bind(assessor) }),
    async decide(inputs, signal) {
      const assessments = await assessor.assess(inputs, signal);
      return assessments.map((assessment) => assessment && asVerdict(assessment));
    },
    ...(assessNow && {
      decideNow: (inputs) => assessNow(inputs).map((assessment) => assessment && asVerdict(assessment)),
    }),
  };
}

function asVerdict(assessment: Assessment): Verdict<Assessment> {
  return { answer: assessment, confidence: assessment.confidence, reasons: [] };
}

const validate = compileValidator(Assessment);

/** Returns the problem of an assessment, or null. The schema accepts NaN and infinity if a number has no bounds. */
export function problemOfAssessment(assessment: Assessment): string | null {
  try {
    validate(assessment, (problem) => new Error(problem));
  } catch (error) {
    return messageOf(error);
  }
  const life = assessment.remainingLife;
  if (life && !(life.p10 <= life.p50 && life.p50 <= life.p90 && Number.isFinite(life.p90))) {
    return `remaining life p10 ${life.p10}, p50 ${life.p50}, p90 ${life.p90} are not rising, finite numbers`;
  }
  return null;
}
