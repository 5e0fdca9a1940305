const verdicts: Readonly<Record<string, string>> = { 'false-alarm': 'false alarm' };

/** Names the verdict on a warning or a failure. */
export const verdictWord = (verdict: string): string => verdicts[verdict] ?? verdict;

/** `confirmed by maria: worn coupling; it was noisy`. */
export function outcomeText(said: {
  verdict: string;
  isInferred: boolean;
  by: string;
  cause: string;
  note: string;
}): string {
  const { verdict, by, cause, note, isInferred } = said;
  const who = isInferred ? ', inferred' : by && ` by ${by}`;
  const why = [cause, note].filter((text) => text !== '').join('; ');
  return `${verdictWord(verdict)}${who}${why && `: ${why}`}`;
}
