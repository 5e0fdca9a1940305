import type { ModelsCompared } from '../../../shared/contract/models/compared.ts';
import { refText } from '../../../shared/contract/models/model-ref.ts';
import type { Policy, Verdict } from '../../../shared/decisions/policy.ts';
import { shareOf } from '../../../shared/statistics/wilson.ts';
import type { KnownCases, TrialNow } from '../../ports/models/versions.ts';
import type { PromotionDecisionConfig } from './config.ts';

/** `propose`: a person is told that the candidate is at least as good. `prove`: its guard ends, and it stays. */
export const promotionActions = ['wait', 'propose', 'promote', 'roll-back', 'prove'] as const;

export interface PromotionAnswer {
  action: (typeof promotionActions)[number];
}

export type PromotionInput = Pick<TrialNow, 'role' | 'health' | 'beside' | 'known' | 'scale'> & {
  candidate: string;
  against: string;
  figures: ModelsCompared;
};

export type PromotionLimits = Omit<PromotionDecisionConfig, 'everyMs' | 'budgetMs' | 'breaker'>;

export const inputOf = (trial: TrialNow): PromotionInput => {
  const { role, candidate, against, figures, known, health, beside, scale } = trial;
  return {
    ...{ role, candidate: refText(candidate), against: refText(against) },
    ...{ figures, known, health, beside, scale },
  };
};
/** A candidate that has failed for so many readings within an hour, and for the greater part of them, is not asked any more. */
const brokenMin = 50;
/** Warnings and failures of fewer machines may be chance. */
const casesMin = 3;
/** The part of the readings about which a version may say nothing while the other one does. */
const declinedShareMax = 0.25;

const verdict = (
  action: PromotionAnswer['action'],
  reasons: string[],
  confidence = 1,
): Verdict<PromotionAnswer> => ({
  answer: { action },
  confidence,
  reasons,
});

/** Says what is wrong with an answer; null if nothing is. */
export function problemOfPromotion({ action }: PromotionAnswer): string | null {
  return promotionActions.includes(action) ? null : `there is no action '${action}'`;
}

/** Takes back what fails, says nonsense or is too slow; concludes nothing else. */
export function guardRules(limits: PromotionLimits): Policy<PromotionInput, PromotionAnswer> {
  const decideNow = (inputs: readonly PromotionInput[]) =>
    inputs.map((input) => failing(input, limits) ?? verdict('wait', ['Nothing has failed']));
  return { name: 'guard', version: '1.1.0', decideNow, decide: async (inputs) => decideNow(inputs) };
}

/** Compares a candidate with the version that judges, or judged before. */
export function evidencePolicy(limits: PromotionLimits): Policy<PromotionInput, PromotionAnswer> {
  const decideNow = (inputs: readonly PromotionInput[]) => inputs.map((input) => judge(input, limits));
  return { name: 'evidence', version: '1.2.0', decideNow, decide: async (inputs) => decideNow(inputs) };
}

function judge(input: PromotionInput, limits: PromotionLimits): Verdict<PromotionAnswer> {
  const { role, figures, candidate, against } = input;
  const failed = failing(input, limits);
  if (failed) return failed;
  if (role === 'ab') return verdict('wait', ['What its warnings turn out to be is counted in the cloud']);
  const { readings } = figures;
  const { readingsMin, guardMsMin, promote } = limits;
  const count = `${readings} readings of ${figures.machines} machines were judged by both`;
  const worse = worseBy(input);
  if (worse) return verdict('roll-back', [worse, count]);
  if (readings < readingsMin) return verdict('wait', [`${count}, and ${readingsMin} are needed`]);
  const better = betterBy(input);
  // That it says otherwise speaks for it, if it was right.
  const apart = better ? null : apartBy(input, limits);
  if (role === 'guard' && !apart && Date.parse(figures.to) - Date.parse(figures.since) < guardMsMin)
    return verdict('wait', [`it is guarded for ${guardMsMin / 60_000} minutes at least`, count]);
  if (role === 'guard')
    return apart
      ? verdict('roll-back', [apart, count])
      : verdict('prove', [`${candidate} is not worse than ${against}`, count, ...caseTexts(figures)]);
  if (apart) return verdict('wait', [apart, 'it says otherwise, and nothing shows yet that it is better']);
  const { answered = 0, declined = 0 } = input.beside ?? {};
  if (declined > declinedShareMax * (answered + declined))
    return verdict('wait', [
      `${candidate} has said nothing about ${declined} of ${answered + declined} readings within an hour`,
      count,
    ]);
  if (promote === 'by-itself' && figures.failed.both + figures.failed.onlyCandidate < casesMin)
    return verdict('wait', [`it has not warned yet of ${casesMin} failures`, count]);
  const reasons = [better ?? `${candidate} says the same as ${against}`, count, ...caseTexts(figures)];
  return verdict(promote === 'ask' ? 'propose' : 'promote', reasons, 0.9);
}

/** Failures, nonsense and slowness: of the last minute where it judges, of the last hour where it runs beside. */
function failing(
  { health, beside, candidate, figures }: PromotionInput,
  { failuresMin, failedShareMax }: PromotionLimits,
): Verdict<PromotionAnswer> | null {
  if (health) {
    const { answered, failed, slow, lastError } = health;
    const all = answered + failed;
    const percent = (count: number) => `${count} of ${all} batches within a minute`;
    if (failed >= failuresMin && failed > failedShareMax * all)
      return verdict('roll-back', [
        `${candidate} has failed for ${percent(failed)}: ${lastError ?? 'no answer'}`,
      ]);
    if (slow >= failuresMin && slow > failedShareMax * all)
      return verdict('roll-back', [`${candidate} was too slow for ${percent(slow)}`]);
    const { given = 0, declined = 0 } = health;
    if (declined >= failuresMin && declined > declinedShareMax * (given + declined))
      return verdict('roll-back', [
        `${candidate} has said nothing about ${declined} of ${given + declined} readings within a minute`,
      ]);
  }
  if (!beside || beside.failed < brokenMin || beside.failed <= beside.answered) return null;
  const causes = Object.entries(figures.failures).flatMap(([cause, count]) =>
    cause === 'no-answer' ? [] : [`${cause} ${count}`],
  );
  const all = beside.failed + beside.answered;
  return verdict('roll-back', [
    `${candidate} had no answer for ${beside.failed} of ${all} readings within an hour (since its begin: ${causes.join(', ')})`,
  ]);
}

/** Warnings of one alone that no failure followed, and failures that one alone has missed; those of the trial before a promotion too. */
function casesOf({ figures, known }: PromotionInput) {
  const sum = (of: (cases: KnownCases) => number) => of(figures) + (known ? of(known) : 0);
  return {
    missed: sum(({ failed }) => failed.onlyOther),
    found: sum(({ failed }) => failed.onlyCandidate),
    extra: sum(({ vain }) => vain?.raised ?? 0),
    spared: sum(({ vain }) => vain?.spared ?? 0),
  };
}

/** True if chance does not explain that one is the greater. */
const isMore = (many: number, few: number) => many >= casesMin && (shareOf(many, many + few)?.low ?? 0) > 0.5;

function worseBy(input: PromotionInput): string | null {
  const { figures } = input;
  const { missed, found, extra, spared } = casesOf(input);
  if (isMore(missed, found))
    return `${figures.candidate} did not warn of ${missed} failures of which ${figures.against} did, and the other way round of ${found}`;
  if (isMore(extra, spared + found))
    return `${figures.candidate} alone would have warned ${extra} times without a failure, ${figures.against} alone ${spared} times`;
  return null;
}

function betterBy(input: PromotionInput): string | null {
  const { figures } = input;
  const { missed, found, extra, spared } = casesOf(input);
  if (isMore(found, missed))
    return `${figures.candidate} warned of ${found} failures of which ${figures.against} did not, and the other way round of ${missed}`;
  if (missed <= found && isMore(spared, extra))
    return `${figures.candidate} spares ${spared} warnings that no failure followed, and raises ${extra}`;
  return null;
}

/** In what both differ too much for one to take the place of the other unseen; null if in nothing. */
function apartBy(
  { figures, scale }: PromotionInput,
  { agreementMin, differenceMax, alertsFactorMax }: PromotionLimits,
): string | null {
  const { readings, agreed, alerts, difference, candidate, against } = figures;
  if (agreed < agreementMin * readings)
    return `${candidate} and ${against} agree in ${((100 * agreed) / readings).toFixed(1)} % of the readings`;
  const apart = difference?.meanAbsolute ?? 0;
  if (scale !== null && apart > differenceMax * scale)
    return `${candidate} and ${against} are ${apart.toFixed(1)} apart on average, where ${scale} is the life at which is warned`;
  const [its, others] = [alerts.both + alerts.raised, alerts.both + alerts.spared];
  const [many, few] = [Math.max(its, others), Math.min(its, others)];
  return many >= casesMin + few && many > alertsFactorMax * Math.max(1, few)
    ? `${candidate} would have warned ${its} times, ${against} ${others} times`
    : null;
}

function caseTexts({ alerts, failed }: ModelsCompared): string[] {
  const { both, raised, spared } = alerts;
  const warned = `Warnings of both ${both}, of the candidate alone ${raised}, of the other alone ${spared}`;
  return failed.count === 0
    ? [warned]
    : [
        warned,
        `Of ${failed.count} failures both warned of ${failed.both}, the candidate alone of ${failed.onlyCandidate}, the other alone of ${failed.onlyOther}`,
      ];
}
