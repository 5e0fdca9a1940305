const title = '## Beside the version that judged';

/** The model card with what the candidate has shown on machines that were held back. */
export function withEvidence(
  card: string,
  {
    against,
    isNotWorse,
    reasons,
    heldBack,
    tolerance,
  }: {
    against: string | null;
    isNotWorse: boolean;
    reasons: readonly string[];
    heldBack: readonly string[];
    tolerance: number;
  },
): string {
  const than = against ?? 'a linear regression, as no version could be examined beside it';
  const lines = [
    title,
    '',
    `On the lives of ${heldBack.join(', ')}, from which it has not learnt, it is **${isNotWorse ? 'not worse' : 'worse'}** than ${than}`,
    `(up to ${+(100 * tolerance).toFixed(1)} % worse counts as not worse):`,
    '',
    ...reasons.map((reason) => `- ${reason}`),
    '',
  ];
  return `${card.split(`\n${title}`)[0]!.trimEnd()}\n\n${lines.join('\n')}`;
}
